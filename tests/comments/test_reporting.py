"""Readers report; enough of them hide a reply until a moderator looks."""

import pytest
from django.test import Client

from comments.models import Comment, Report
from tests.factories import make_approved_reply, make_article, make_reply, make_staff

pytestmark = pytest.mark.django_db


def report(reply: Comment, client_number: int, **fields: str) -> int:
    client = Client(REMOTE_ADDR=f"192.0.2.{client_number}")
    page = client.get(f"/replies/report/{reply.pk}/").content.decode()
    token = page.split('name="token" value="')[1].split('"', maxsplit=1)[0]
    data = {"reason": "abuse", "text": "Look.", "token": token, **fields}
    return client.post(f"/replies/report/{reply.pk}/", data).status_code


def test_three_different_readers_hide_a_reply() -> None:
    reply = make_approved_reply(make_article())
    assert [report(reply, number) for number in (1, 2)] == [200, 200]
    reply.refresh_from_db()
    assert reply.is_visible
    report(reply, 3)
    reply.refresh_from_db()
    assert reply.status == "pending"
    decision = reply.decisions.get()
    assert (decision.rule, decision.actor, decision.reason) == ("reports", None, "3 readers reported it")


def test_one_reader_counts_once() -> None:
    reply = make_approved_reply(make_article())
    assert [report(reply, 1) for _ in range(4)] == [200] * 4
    assert Report.objects.count() == 1


def test_a_moderators_word_settles_the_reports() -> None:
    reply = make_approved_reply(make_article())
    for number in (1, 2, 3):
        report(reply, number)
    Comment.objects.filter(pk=reply.pk).approve(by=make_staff("Moderator"))
    report(reply, 1)
    report(reply, 2)
    reply.refresh_from_db()
    assert reply.is_visible
    assert Report.objects.filter(settled_at__isnull=True).count() == 2


def test_reporting_is_limited_and_needs_a_form_of_ours() -> None:
    article = make_article()
    replies = [make_approved_reply(article) for _ in range(6)]
    assert [report(reply, 1) for reply in replies] == [200] * 5 + [429]
    assert report(replies[0], 2, token="forged") == 422
    assert report(replies[0], 2, reason="nonsense") == 422


def test_what_is_not_published_cannot_be_reported(client: Client) -> None:
    assert client.get(f"/replies/report/{make_reply(make_article()).pk}/").status_code == 404
