"""How long things are kept."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from comments import personal_data, retention
from comments.models import Access, Comment, Decision, Report, RetentionRun, Subscription
from tests.factories import make_approved_reply, make_article, make_reply, make_staff
from tests.turns import taken_by

pytestmark = pytest.mark.django_db


def days_ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(("status", "days"), [("spam", 14), ("rejected", 90), ("withdrawn", 90)])
def test_refused_replies_go_after_their_time(status: str, days: int) -> None:
    article = make_article()
    old = make_reply(article, status=status, decided_at=days_ago(days + 1))
    fresh = make_reply(article, status=status, decided_at=days_ago(days - 1))
    retention.carry_out()
    assert list(Comment.objects.all()) == [fresh]
    assert not Comment.objects.filter(pk=old.pk).exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes one writer at a time anyway.")
def test_the_papers_turn_is_taken_before_that_of_the_replies_that_go() -> None:
    make_reply(make_article(), status="spam", decided_at=days_ago(15))
    taken = taken_by(retention.carry_out)
    assert taken.index("PAPER") < taken.index("DISCUSSIONS")


def test_a_removed_reply_that_was_answered_leaves_its_place_but_no_word() -> None:
    article = make_article()
    removed = make_reply(article, status="rejected", decided_at=days_ago(91), body="BAD WORDS")
    answer = make_approved_reply(article, parent=removed)
    assert retention.carry_out()["refused"] == 1
    removed.refresh_from_db()
    assert (removed.body, removed.body_html, removed.name, removed.email) == ("[removed]", "", "Name removed", "")
    assert Comment.objects.filter(pk=answer.pk, parent=removed).exists()
    assert retention.carry_out()["refused"] == 0


def test_a_removed_answer_that_was_answered_is_removed_once() -> None:
    article = make_article()
    removed = make_reply(
        article, parent=make_approved_reply(article), status="rejected", decided_at=days_ago(91), body="BAD WORDS"
    )
    make_approved_reply(article, parent=removed)
    assert [retention.carry_out()["refused"] for _ in range(3)] == [1, 0, 0]
    removed.refresh_from_db()
    assert removed.body == "[removed]"


def test_personal_data_goes_a_year_after_a_persons_last_reply() -> None:
    article = make_article()
    old = make_approved_reply(article, email="old@hidden.invalid", submitted_at=days_ago(366), body="It stays.")
    early = make_approved_reply(article, email="active@hidden.invalid", submitted_at=days_ago(800))
    make_approved_reply(article, email="active@hidden.invalid", submitted_at=days_ago(10))
    retention.carry_out()
    old.refresh_from_db()
    early.refresh_from_db()
    assert (old.name, old.email, old.body, old.status) == ("Name removed", "", "It stays.", "approved")
    assert early.email == "active@hidden.invalid"


def test_fingerprints_of_networks_and_unconfirmed_wishes_go() -> None:
    article = make_article()
    old = make_approved_reply(article, client="fingerprint", submitted_at=days_ago(31))
    fresh = make_approved_reply(article, client="fingerprint", submitted_at=days_ago(29))
    Report.objects.create(comment=old, client="reporter", reason="spam", made_at=days_ago(31))
    Subscription.objects.create(comment=old, kind="answers", requested_at=days_ago(2))
    Subscription.objects.create(comment=fresh, kind="answers", requested_at=days_ago(2), confirmed_at=days_ago(2))
    retention.carry_out()
    assert set(Comment.objects.values_list("pk", "client")) == {(old.pk, ""), (fresh.pk, "fingerprint")}
    assert Report.objects.get().client.startswith("gone-")
    assert Subscription.objects.get().comment == fresh


def test_no_statement_takes_more_values_however_much_falls_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.batches.BATCH", 5)
    article, most = make_article(), []
    for count in (10, 40):
        for _ in range(count):
            make_reply(article, status="spam", decided_at=days_ago(15))
            make_approved_reply(article, client="fingerprint", submitted_at=days_ago(366))
        sizes: list[int] = []
        with connection.execute_wrapper(noting(sizes)):
            removed = retention.carry_out()
        assert [removed[line] for line in ("spam", "personal", "clients")] == [count, count, 0]
        most.append(max(sizes))
    assert most[0] == most[1]


def test_no_statement_takes_more_values_however_much_a_person_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.batches.BATCH", 5)
    article = make_article()
    most: list[int] = []
    for count in (10, 40):
        seen = make_approved_reply(article)
        for _ in range(count // 2):
            seen = make_approved_reply(article, parent=seen, email="me@hidden.invalid")
            make_reply(article, parent=seen, email="me@hidden.invalid")
        sizes: list[int] = []
        with connection.execute_wrapper(noting(sizes)):
            assert f"{count} replies erased." in run("privacy_erase", "me@hidden.invalid")
        assert Access.objects.filter(kind="erased").count() == count
        assert set(Comment.objects.filter(status="pending")) == set()
        assert Comment.objects.exclude(email_fingerprint="").count() == len(most) + 1
        Access.objects.all().delete()
        most.append(max(sizes))
    assert most[0] == most[1]


def test_a_reply_that_is_approved_while_retention_waits_for_its_turn_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    reply, moderator = make_reply(make_article(), status="spam", decided_at=days_ago(15)), make_staff("Moderator")
    take_turn = Comment.take_turn

    def wait_for_a_moderator() -> None:
        monkeypatch.setattr(Comment, "take_turn", take_turn)
        reply.approve(by=moderator)

    monkeypatch.setattr(Comment, "take_turn", wait_for_a_moderator)
    assert retention.carry_out()["spam"] == 0
    assert Comment.objects.visible().get() == reply


def noting(sizes: list[int]) -> Any:
    def execute_and_note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        sizes.append(len(params or ()))
        return execute(sql, params, many, context)

    return execute_and_note


def test_removed_one_by_one_replies_go_with_their_answers_and_stay_for_those_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("articles.batches.BATCH", 1)
    article, refused = make_article(), {"status": "rejected", "decided_at": days_ago(91)}
    make_reply(article, parent=make_reply(article, **refused), **refused)
    kept = make_reply(article, **refused)
    answer = make_approved_reply(article, parent=kept)
    assert [retention.carry_out()["refused"] for _ in range(2)] == [3, 0]
    assert set(Comment.objects.all()) == {kept, answer}


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    make_reply(make_article(), status="spam", decided_at=days_ago(15))
    assert "1 would go: replies filed as spam, after 14 days" in run("retention", "--dry-run")
    assert Comment.objects.count() == 1
    assert not RetentionRun.objects.exists()
    assert "1 removed: replies filed as spam, after 14 days" in run("retention")
    assert RetentionRun.objects.get().removed["spam"] == 1


def test_the_record_of_decisions_outlives_the_reply() -> None:
    reply = make_reply(make_article())
    reply.mark_spam(by=make_staff("Moderator"))
    Comment.objects.update(decided_at=days_ago(15))
    retention.carry_out()
    assert Decision.objects.get().comment_id == reply.pk
    assert not Comment.objects.exists()


def test_the_report_says_what_is_held_and_names_nobody() -> None:
    make_reply(make_article(), email="canary@hidden.invalid", client="fingerprint")
    report = run("privacy_report")
    assert "people (e-mail addresses, encrypted)" in report
    assert "last run: never" in report
    assert "canary" not in report


def test_an_address_is_exported_and_erased_by_command_on_record() -> None:
    article = make_article()
    make_approved_reply(article, email="me@hidden.invalid", body="Mine.")
    make_approved_reply(article, email="other@hidden.invalid", body="Not mine.")
    exported = run("privacy_export", "ME@hidden.invalid")
    assert "Mine." in exported
    assert "Not mine." not in exported
    assert "1 reply erased." in run("privacy_erase", "me@hidden.invalid")
    assert set(Access.objects.values_list("kind", flat=True)) == {"exported", "erased"}
    for command in ("privacy_export", "privacy_erase"):
        with pytest.raises(CommandError, match="Nothing is held"):
            run(command, "me@hidden.invalid")


def test_an_address_under_a_key_that_is_missing_is_not_exported_and_said_so(settings: Any) -> None:
    make_reply(make_article(), email="me@hidden.invalid")
    settings.EMAIL_KEYS = [Fernet.generate_key().decode()]
    personal_data._cipher.cache_clear()
    with pytest.raises(CommandError, match="a key that isn't in EMAIL_KEYS"):
        run("privacy_export", "me@hidden.invalid")
    personal_data._cipher.cache_clear()
    assert not Access.objects.exists()


def test_keys_are_rotated(settings: Any) -> None:
    reply = make_reply(make_article(), email="me@hidden.invalid")
    old, new = settings.EMAIL_KEYS, Fernet.generate_key().decode()
    settings.EMAIL_KEYS = [new, *old]
    personal_data._cipher.cache_clear()
    assert "1 addresses encrypted anew" in run("rotate_email_keys")
    settings.EMAIL_KEYS = [new]
    personal_data._cipher.cache_clear()
    reply.refresh_from_db()
    assert reply.email == "me@hidden.invalid"
    settings.EMAIL_KEYS = [Fernet.generate_key().decode()]
    personal_data._cipher.cache_clear()
    with pytest.raises(CommandError, match="isn't in EMAIL_KEYS"):
        run("rotate_email_keys")
    personal_data._cipher.cache_clear()
