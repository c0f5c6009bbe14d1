"""Replies: born pending, decided by name, forgotten on request."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from comments.models import Comment, Decision
from comments.models.queryset import ANONYMOUS
from tests.factories import make_approved_reply, make_article, make_reply, make_staff
from tests.turns import taken_by

pytestmark = pytest.mark.django_db


def test_a_reply_is_born_pending() -> None:
    reply = Comment(article=make_article(), name="A", body="B")
    reply.save()
    assert reply.status == Comment.Status.PENDING
    assert Comment._meta.get_field("status").db_default.value == "pending"  # type: ignore[union-attr]


@pytest.mark.parametrize("status", Comment.Status.values)
def test_query_and_property_agree_on_what_is_visible(status: str) -> None:
    reply = make_reply(make_article(), status=status)
    assert Comment.objects.visible().filter(pk=reply.pk).exists() == reply.is_visible


def test_visible_replies_come_without_personal_columns() -> None:
    make_approved_reply(make_article())
    [reply] = Comment.objects.visible()
    assert set(Comment.PERSONAL) <= reply.get_deferred_fields()


def test_what_visible_replies_answer_comes_without_personal_columns_too() -> None:
    article = make_article()
    answer = make_approved_reply(article, parent=make_approved_reply(article))
    reply = Comment.objects.visible().select_related("parent", "root").get(pk=answer.pk)
    assert reply.parent is not None
    assert reply.root is not None
    for other in (reply.parent, reply.root):
        assert set(Comment.PERSONAL) <= other.get_deferred_fields()


@pytest.mark.parametrize(("verb", "status"), [("approve", "approved"), ("reject", "rejected"), ("mark_spam", "spam")])
def test_a_decision_is_recorded_with_who_and_when(verb: str, status: str) -> None:
    moderator = make_staff("Moderator")
    reply = make_reply(make_article())
    getattr(reply, verb)(by=moderator)
    decision = Decision.objects.get()
    assert reply.status == status
    assert (decision.previous, decision.verdict, decision.actor) == ("pending", status, moderator)
    assert decision.made_at == reply.decided_at


def test_deciding_the_same_again_changes_and_records_nothing() -> None:
    moderator = make_staff("Moderator")
    reply = make_reply(make_article())
    reply.approve(by=moderator)
    assert Comment.objects.all().approve(by=moderator) == 0
    assert Decision.objects.count() == 1


def test_a_change_of_mind_is_another_row() -> None:
    moderator = make_staff("Moderator")
    reply = make_reply(make_article())
    reply.approve(by=moderator)
    reply.reject(by=moderator)
    assert list(Decision.objects.order_by("pk").values_list("previous", "verdict")) == [
        ("pending", "approved"),
        ("approved", "rejected"),
    ]


def test_a_recorded_decision_is_never_changed() -> None:
    reply = make_reply(make_article())
    reply.approve(by=make_staff("Moderator"))
    with pytest.raises(ValueError, match="never changed"):
        Decision.objects.get().save()


@pytest.mark.parametrize(
    "fields", [{"status": "nonsense"}, {"status": "approved", "decided_at": None}, {"name": ""}, {"body": ""}]
)
def test_the_database_refuses_what_must_never_be(fields: dict[str, Any]) -> None:
    make_reply(make_article())
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.update(**fields)


def test_an_answer_always_has_a_root() -> None:
    article = make_article()
    make_reply(article, parent=make_reply(article))
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(parent__isnull=False).update(root=None)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes one writer at a time anyway.")
@pytest.mark.parametrize("verb", ["erase", "erase_personal_data"])
def test_whoever_erases_takes_the_papers_turn_before_that_of_the_replies_and_before_any_row(verb: str) -> None:
    article = make_article()
    make_reply(article)
    make_approved_reply(article)
    taken = taken_by(getattr(Comment.objects.all(), verb))
    assert taken[0] == "PAPER"
    assert "DISCUSSIONS" in taken


def test_erasing_forgets_the_person_and_keeps_the_text() -> None:
    reply = make_approved_reply(make_article(), name="Aroha", website="https://example.org/", email="a@hidden.invalid")
    assert Comment.objects.all().erase_personal_data() == 1
    reply.refresh_from_db()
    assert (reply.name, reply.website, reply.email, reply.email_fingerprint) == (ANONYMOUS, "", "", "")
    assert reply.body
    assert reply.is_visible
