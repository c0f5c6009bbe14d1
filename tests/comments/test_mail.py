"""The discussion's mail, from wish to inbox, against a real SMTP server."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from comments import announcing, retention
from comments.crediting import announce_published_corrections, draft_correction
from comments.housekeeping import tidy
from comments.mailing import PAUSES, deliver_overdue
from comments.models import Comment, MailChoice, Notice, Subscription
from comments.tokens import Purpose, seal
from tests.comments.conftest import Inbox
from tests.factories import make_approved_reply, make_article, make_reply, make_staff, reply_data
from tests.plans import whole_reads

WISHES = ["decision", "answers"]


def path(text: str, kind: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:8000(/replies/{kind}/\S+)", text)
    assert found, text
    return found[1]


def follower(article: Any, **fields: Any) -> Comment:
    reply = make_approved_reply(article, proven_at=timezone.now(), **fields)
    for kind in WISHES:
        Subscription.objects.create(comment=reply, kind=kind, confirmed_at=timezone.now())
    return reply


def send(client: Client, **fields: Any) -> Comment:
    article = make_article("The ports\u200b & “us”")
    page = client.get(article.get_absolute_url()).content.decode()
    response = client.post(f"/replies/article/{article.pk}/", {**reply_data(page), "mail": WISHES, **fields})
    assert response.status_code == 303
    return Comment.objects.get()


def test_nothing_is_sent_before_the_address_is_proven_but_the_question(client: Client, inbox: Inbox) -> None:
    reply = send(client)
    assert inbox.letters == []
    assert inbox.fetch() == ["Please confirm: mail about your reply to “The ports & “us””"]
    assert inbox.letters[0][0] == "aroha@hidden.invalid"
    reply.approve(by=make_staff("Moderator"))
    assert inbox.fetch() == []


def test_opening_the_link_changes_nothing_and_the_button_confirms(client: Client, inbox: Inbox) -> None:
    reply = send(client)
    inbox.fetch()
    link = path(inbox.text(), "confirm")
    for _ in range(2):
        assert client.get(link).status_code == 200
    assert not Subscription.objects.filter(confirmed_at__isnull=False).exists()
    assert client.post(link).status_code == 303
    assert Subscription.objects.filter(confirmed_at__isnull=False).count() == 2
    reply.approve(by=make_staff("Moderator"))
    assert inbox.fetch() == ["Your reply to “The ports & “us”” is published"]


def test_a_decision_made_before_the_proof_is_told_after_it(client: Client, inbox: Inbox) -> None:
    send(client).reject(by=make_staff("Moderator"))
    inbox.fetch()
    client.post(path(inbox.text(), "confirm"))
    assert inbox.fetch() == ["Your reply to “The ports & “us”” was not published"]
    client.post(path(inbox.text(0), "confirm"))
    assert inbox.fetch() == []


def test_followers_hear_of_an_answer_when_it_is_approved_and_once(inbox: Inbox) -> None:
    article, moderator = make_article(), make_staff("Moderator")
    root = follower(article)
    middle = make_approved_reply(article, parent=root)
    answer = make_reply(article, parent=middle)
    assert inbox.fetch() == []
    answer.approve(by=moderator)
    assert inbox.fetch() == [f"An answer to your reply to “{article.title}”"]
    answer.reject(by=moderator)
    answer.approve(by=moderator)
    assert inbox.fetch() == []


def test_those_nearest_above_an_answer_hear_of_it_each_once(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "MOST_ABOVE", 4)
    article, moderator = make_article(), make_staff("Moderator")
    above = make_approved_reply(article)
    beside = follower(article, parent=above, email="beside@hidden.invalid")
    for name in ("far", "near", "nearer", "near", "nearest"):
        above = follower(article, parent=above, email=f"{name}@hidden.invalid")
    make_reply(article, parent=beside, email="near@hidden.invalid").approve(by=moderator)
    make_reply(article, parent=above).approve(by=moderator)
    assert inbox.fetch() == [f"An answer to your reply to “{article.title}”"] * 4
    told = [to.partition("@")[0] for to, _ in inbox.letters]
    assert sorted(told) == ["beside", "near", "nearer", "nearest"]


def test_nobody_is_told_of_an_answer_of_their_own_or_one_taken_back(inbox: Inbox) -> None:
    article, moderator = make_article(), make_staff("Moderator")
    root = follower(article, email="me@hidden.invalid")
    make_reply(article, parent=root, email="Me@hidden.invalid").approve(by=moderator)
    assert inbox.fetch() == []
    answer = make_reply(article, parent=root)
    answer.approve(by=moderator)
    answer.mark_spam(by=moderator)
    assert inbox.fetch() == []


def test_a_mail_holds_no_text_of_a_reply_and_no_address_of_another(inbox: Inbox) -> None:
    article = make_article()
    root = follower(article, email="root@hidden.invalid", body="ROOTTEXT")
    answer = make_reply(article, parent=root, email="answer@hidden.invalid", body="ANSWERTEXT", name="ANSWERNAME")
    answer.approve(by=make_staff("Moderator"))
    inbox.fetch()
    to, letter = inbox.letters[0]
    raw = letter.as_string() + inbox.text()
    assert to == "root@hidden.invalid"
    assert not any(word in raw for word in ("ROOTTEXT", "ANSWERTEXT", "ANSWERNAME", "answer@hidden.invalid"))
    html = letter.get_body(("html",))
    assert html is not None
    assert f"/replies/{answer.pk}/" in html.get_content()


def test_one_click_unsubscribes_and_a_look_does_not(client: Client, inbox: Inbox) -> None:
    root = follower(make_article())
    make_reply(root.article, parent=root).approve(by=make_staff("Moderator"))
    inbox.fetch()
    header = str(inbox.letters[0][1]["List-Unsubscribe"]).strip()
    assert inbox.letters[0][1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = path(header.strip("<>"), "unsubscribe")
    assert "stop them" in client.get(link).content.decode()
    assert root.subscriptions.count() == 2
    assert client.post(link, "List-Unsubscribe=One-Click", content_type="text/plain").status_code == 200
    assert list(root.subscriptions.values_list("kind", flat=True)) == ["decision"]
    make_reply(root.article, parent=root).approve(by=make_staff("Moderator", "other"))
    assert inbox.fetch() == []


def test_a_failing_server_loses_nothing_and_is_asked_again_after_growing_pauses(
    inbox: Inbox, time_machine: Any
) -> None:
    reply = follower(make_article())
    reply.reject(by=make_staff("Moderator"))
    inbox.refusing = True
    inbox.fetch()
    started, waits = timezone.now(), []
    for _ in range(3):
        notice = Notice.objects.get()
        waits.append(notice.due_at - timezone.now())
        time_machine.move_to(notice.due_at + timedelta(seconds=1), tick=False)
        inbox.fetch()
    assert waits == sorted(waits)
    assert waits[-1] > 3 * waits[0]
    assert Notice.objects.get().attempts == 4
    inbox.refusing = False
    time_machine.move_to(started + timedelta(days=1), tick=False)
    assert len(inbox.fetch()) == 1
    assert Notice.objects.get().sent_at is not None


def test_a_server_that_takes_its_time_gets_a_mail_once(inbox: Inbox, settings: Any) -> None:
    settings.EMAIL_TIMEOUT, inbox.pause = 1, 2
    follower(make_article()).reject(by=make_staff("Moderator"))
    assert len(inbox.fetch()) == 1
    assert Notice.objects.get().sent_at is not None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_mail_that_goes_while_the_database_is_away_goes_once(inbox: Inbox) -> None:
    follower(make_article()).reject(by=make_staff("Moderator"))
    failures = iter(range(2))

    def execute(going_on: Callable[..., Any], *args: Any) -> Any:
        if inbox.letters and next(failures, None) is not None:
            raise OperationalError("server closed the connection unexpectedly")
        return going_on(*args)

    with connection.execute_wrapper(execute):
        inbox.fetch()
    assert Notice.objects.get().sent_at is not None


def test_a_failure_leaves_no_address_behind(inbox: Inbox, capsys: pytest.CaptureFixture[str]) -> None:
    follower(make_article(), email="canary@hidden.invalid").reject(by=make_staff("Moderator"))
    inbox.refusing = True
    inbox.fetch()
    rows = str(list(DBTaskResult.objects.values())) + str(list(Notice.objects.values()))
    output = capsys.readouterr()
    assert "canary" not in rows + output.out + output.err


def test_after_the_last_pause_a_notice_is_given_up_and_stays_on_record(inbox: Inbox, time_machine: Any) -> None:
    follower(make_article()).reject(by=make_staff("Moderator"))
    inbox.refusing = True
    inbox.fetch()
    for _ in range(len(PAUSES)):
        time_machine.move_to(Notice.objects.get().due_at + timedelta(seconds=1), tick=False)
        inbox.fetch()
    assert Notice.objects.get().given_up_at is not None


def test_a_notice_whose_worker_was_killed_is_sent_by_the_next(inbox: Inbox, time_machine: Any) -> None:
    follower(make_article()).reject(by=make_staff("Moderator"))
    announcing.announce.func(str(Comment.objects.get().decisions.get().batch))
    DBTaskResult.objects.all().delete()
    Notice.objects.update(claimed_at=timezone.now())
    time_machine.move_to(timezone.now() + timedelta(minutes=16), tick=False)
    assert deliver_overdue() == 1
    assert len(inbox.fetch()) == 1


def test_a_notice_is_sent_once_however_often_it_is_queued(inbox: Inbox) -> None:
    follower(make_article()).reject(by=make_staff("Moderator"))
    batch = str(Comment.objects.get().decisions.get().batch)
    for _ in range(3):
        announcing.announce.enqueue(batch)
    assert len(inbox.fetch()) == 1


def test_moderators_hear_as_they_choose(inbox: Inbox, client: Client, time_machine: Any) -> None:
    users = {often: make_staff("Moderator", often, email=f"{often}@hidden.invalid") for often in MailChoice.Often}
    for often, user in users.items():
        MailChoice.objects.create(user=user, often=often)
    send(client, mail=[])
    assert inbox.fetch() == ["A reply waits under “The ports & “us””"]
    assert inbox.letters[0][0] == "at_once@hidden.invalid"
    announcing.announce_digests(is_anything_waiting=True)
    announcing.announce_digests(is_anything_waiting=True)
    inbox.fetch()
    assert sorted(to for to, _ in inbox.letters[1:]) == ["daily@hidden.invalid", "hourly@hidden.invalid"]
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    announcing.announce_digests(is_anything_waiting=False)
    assert inbox.fetch() == []
    announcing.announce_digests(is_anything_waiting=True)
    inbox.fetch()
    assert inbox.letters[-1][0] == "hourly@hidden.invalid"


def test_a_digest_that_could_not_be_owed_is_owed_later(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_staff("Moderator", email="m@hidden.invalid")
    MailChoice.objects.create(user=user, often="daily")

    def fail(*_: object) -> None:
        raise OperationalError("It is locked.")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(announcing, "owe", fail)
        with pytest.raises(OperationalError):
            announcing.announce_digests(is_anything_waiting=True)
    announcing.announce_digests(is_anything_waiting=True)
    assert len(inbox.fetch()) == 1


def test_a_moderator_stops_the_mail_with_one_click(inbox: Inbox, client: Client) -> None:
    user = make_staff("Moderator", email="m@hidden.invalid")
    choice = MailChoice.objects.create(user=user, often="at_once")
    send(client, mail=[])
    inbox.fetch()
    link = path(inbox.text(), "moderator-mail")
    client.get(link)
    choice.refresh_from_db()
    assert choice.often == "at_once"
    client.post(link)
    choice.refresh_from_db()
    assert choice.often == "never"


def test_whoever_lost_the_role_hears_nothing(inbox: Inbox, client: Client) -> None:
    user = make_staff("Moderator", email="m@hidden.invalid")
    MailChoice.objects.create(user=user, often="at_once")
    user.groups.clear()
    send(client, mail=[])
    assert inbox.fetch() == []


def test_no_title_or_name_can_add_a_header(inbox: Inbox, client: Client) -> None:
    article = make_article("Subject\r\nBcc: victim@hidden.invalid")
    follower(article, name="X\r\nBcc: victim@hidden.invalid").reject(by=make_staff("Moderator"))
    inbox.fetch()
    [(_, letter)] = inbox.letters
    assert letter["Bcc"] is None
    assert "\n" not in str(letter["Subject"])


def test_an_inbox_is_not_filled_from_here(inbox: Inbox, client: Client) -> None:
    article = make_article()
    for number in range(5):
        page = client.get(article.get_absolute_url()).content.decode()
        data = {**reply_data(page, body=f"Text {number}"), "mail": WISHES}
        client.post(f"/replies/article/{article.pk}/", data, REMOTE_ADDR=f"192.0.2.{number}")
    assert len(inbox.fetch()) == 3


def test_the_link_is_mailed_to_a_known_address_and_the_page_says_the_same_to_all(inbox: Inbox, client: Client) -> None:
    mine = make_approved_reply(make_article(), email="me@hidden.invalid")
    make_approved_reply(mine.article, email="other@hidden.invalid", name="SOMEBODY ELSE")
    answers = {
        client.post("/replies/link/", {"email": email}).content
        for email in ("Me@hidden.invalid", "nobody@hidden.invalid")
    }
    assert len(answers) == 1
    assert inbox.fetch() == ["The link to your replies"]
    assert inbox.letters[0][0] == "me@hidden.invalid"
    page = client.get(path(inbox.text(), "address")).content.decode()
    assert mine.name in page
    assert "SOMEBODY ELSE" not in page


def test_everything_under_an_address_is_handed_over_and_erased(inbox: Inbox, client: Client, time_machine: Any) -> None:
    article = make_article()
    shown = make_approved_reply(article, email="me@hidden.invalid")
    make_reply(article, email="me@hidden.invalid")
    other = make_approved_reply(article, email="other@hidden.invalid")
    client.post("/replies/link/", {"email": "me@hidden.invalid"})
    inbox.fetch()
    link = path(inbox.text(), "address")
    assert client.get(f"{link}data.json").status_code == 405
    data = json.loads(b"".join(client.post(f"{link}data.json")))
    assert [entry["e-mail"] for entry in data] == ["me@hidden.invalid"] * 2
    assert client.get(f"{link}erase/").status_code == 405
    assert "2 replies" in client.post(f"{link}erase/").content.decode()
    assert {(reply.pk, reply.email) for reply in Comment.objects.all()} == {
        (shown.pk, ""),
        (other.pk, "other@hidden.invalid"),
    }
    assert client.get(link).status_code == 404
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert client.get(link).status_code == 404


def test_a_persons_replies_are_shown_by_pages_that_cost_the_same(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("comments.views.mail.REPLIES_PER_PAGE", 3)
    article, now = make_article(), timezone.now()
    mine = [
        make_reply(
            article, email="me@hidden.invalid", name=f"Me, {number}", submitted_at=now - timedelta(days=number // 2)
        )
        for number in range(8)
    ]
    make_reply(article, email="other@hidden.invalid", name="SOMEBODY ELSE")
    first = page = reverse("comments:address", args=[seal(Purpose.ADDRESS, mine[0].pk)])
    shown: list[str] = []
    while page:
        assert whole_reads(client, page) == set()
        with django_assert_num_queries(4) as queries:
            text = client.get(page).content.decode()
        said = " ".join(query["sql"] for query in queries.captured_queries[1:])
        assert not re.search("OFFSET|body_html|email_encrypted", said)
        assert "SOMEBODY ELSE" not in text
        shown += re.findall(r"Me, \d", text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        page = f"{first}{older[1]}" if older else ""
    newest_first = sorted(mine, key=lambda reply: (reply.submitted_at, reply.pk), reverse=True)
    assert shown == [reply.name for reply in newest_first]


def test_all_of_a_persons_replies_are_handed_over_some_at_a_time(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comments.held._AT_ONCE", 2)
    article = make_article(body="<p>VERY LONG</p>")
    mine = [make_reply(article, email="me@hidden.invalid", body=f"“{number}”\n[…]") for number in range(5)]
    link = reverse("comments:address-data", args=[seal(Purpose.ADDRESS, mine[0].pk)])
    with CaptureQueriesContext(connection) as queries:
        response = client.post(link)
        data = json.loads(b"".join(response))
    assert [entry["text"] for entry in data] == [reply.body for reply in mine]
    assert response.headers["Content-Disposition"] == 'attachment; filename="personal-data.json"'
    assert len([query for query in queries if "email_encrypted" in query["sql"]]) == 4  # one for whose link it is
    assert not [query for query in queries if '"articles_article"."body"' in query["sql"]]


def test_a_reader_is_told_when_the_correction_is_published(inbox: Inbox) -> None:
    reply = follower(make_article(), remark="mistake", name="Aroha")
    draft = draft_correction(reply)
    announce_published_corrections(reply.article)
    assert inbox.fetch() == []
    draft.is_draft = False
    draft.save()
    for _ in range(2):
        announce_published_corrections(reply.article)
    assert inbox.fetch() == [f"“{reply.article.title}” was corrected, thanks to you"]


def test_without_a_mail_server_nothing_is_owed_or_offered(client: Client, db: None) -> None:
    article = make_article()
    page = client.get(article.get_absolute_url()).content.decode()
    assert 'name="mail"' not in page
    client.post(f"/replies/article/{article.pk}/", {**reply_data(page), "mail": WISHES})
    client.post("/replies/link/", {"email": "aroha@hidden.invalid"})
    assert not Notice.objects.exists()
    assert not DBTaskResult.objects.exists()
    assert "sends no mail" in client.get("/replies/link/").content.decode()


def test_a_moderators_edit_before_the_mail_goes_does_not_swallow_the_decision(inbox: Inbox) -> None:
    moderator = make_staff("Moderator")
    reply = follower(make_article())
    reply.reject(by=moderator)
    reply.edit_as_moderator("Without the name.", by=moderator, version=reply.version)
    assert inbox.fetch() == [f"Your reply to “{reply.article.title}” was not published"]


def test_an_old_correction_is_not_announced_again(inbox: Inbox, time_machine: Any) -> None:
    reply = follower(make_article(), remark="mistake")
    draft = draft_correction(reply)
    draft.is_draft = False
    draft.save()
    announce_published_corrections(reply.article)
    assert len(inbox.fetch()) == 1
    time_machine.move_to(timezone.now() + timedelta(days=40))
    retention.carry_out()
    announce_published_corrections(reply.article)
    assert inbox.fetch() == []


def test_a_task_that_the_database_refused_runs_again(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    def lock_times_out(*_: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    follower(make_article()).reject(by=make_staff("Moderator"))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(announcing, "owe", lock_times_out)
        assert inbox.fetch() == []
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    tidy()
    assert len(inbox.fetch()) == 1


def test_a_task_that_was_interrupted_runs_again(inbox: Inbox, time_machine: Any) -> None:
    follower(make_article()).reject(by=make_staff("Moderator"))
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    tidy()
    assert len(inbox.fetch()) == 1
