"""The moderators' desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import Comment, Decision
from tests.factories import make_approved_reply, make_article, make_reply, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(make_staff("Moderator"))
    return client


def test_the_queue_shows_what_waits_the_oldest_first(moderator: Client) -> None:
    article = make_article("The subject")
    parent = make_approved_reply(article, name="Hemi", email="hemi@hidden.invalid")
    now = timezone.now()
    make_reply(article, body="Later.", submitted_at=now, parent=parent, email="hemi@hidden.invalid")
    make_reply(article, body="Earlier.", submitted_at=now - timedelta(hours=1))
    page = moderator.get("/moderation/").content.decode()
    assert page.index("Earlier.") < page.index("Later.")
    assert "The subject" in page
    assert "Hemi" in page
    assert "hidden.invalid" not in page


def test_decided_replies_are_not_in_the_queue(moderator: Client) -> None:
    make_approved_reply(make_article(), body="Done with.")
    assert "Done with." not in moderator.get("/moderation/").content.decode()


@pytest.mark.parametrize(("verb", "status"), [("approve", "approved"), ("reject", "rejected"), ("spam", "spam")])
def test_one_button_decides_one_reply(moderator: Client, verb: str, status: str) -> None:
    article = make_article()
    reply, other = make_reply(article), make_reply(article)
    response = moderator.post("/moderation/decide/", {verb: str(reply.pk), "reply": [str(other.pk)]})
    assert response.status_code == 303
    reply.refresh_from_db()
    other.refresh_from_db()
    assert (reply.status, other.status) == (status, "pending")
    assert Decision.objects.get().actor is not None


@pytest.mark.parametrize(("verb", "status"), [("approve", "approved"), ("reject", "rejected"), ("spam", "spam")])
def test_what_is_ticked_is_decided_in_bulk(moderator: Client, verb: str, status: str) -> None:
    article = make_article()
    replies = [make_reply(article) for _ in range(3)]
    ticked = [str(reply.pk) for reply in replies[:2]]
    response = moderator.post("/moderation/decide/", {verb: "selected", "reply": ticked}, follow=True)
    assert "2 replies" in response.content.decode()
    assert Comment.objects.filter(status=status).count() == 2


def test_the_second_moderator_is_told_and_changes_nothing(moderator: Client) -> None:
    reply = make_reply(make_article())
    reply.reject(by=make_staff("Moderator", "first"))
    response = moderator.post("/moderation/decide/", {"approve": str(reply.pk)}, follow=True)
    reply.refresh_from_db()
    assert reply.status == "rejected"
    assert f"The reply by {reply.name} is rejected already: decided by first" in response.content.decode()


@pytest.mark.parametrize("data", [{}, {"approve": "x"}, {"approve": "selected", "reply": "1; DROP"}, {"reply": "1"}])
def test_nonsense_is_refused(moderator: Client, data: dict[str, str]) -> None:
    make_reply(make_article())
    assert moderator.post("/moderation/decide/", data).status_code == 400
    assert not Decision.objects.exists()


def test_nothing_ticked_is_said_so(moderator: Client) -> None:
    assert (
        "No reply was ticked"
        in moderator.post("/moderation/decide/", {"spam": "selected"}, follow=True).content.decode()
    )


def test_reading_never_decides(moderator: Client) -> None:
    reply = make_reply(make_article())
    assert moderator.get("/moderation/decide/", {"approve": reply.pk}).status_code == 405
    reply.refresh_from_db()
    assert reply.status == "pending"


def test_a_form_without_proof_of_origin_decides_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff("Moderator"))
    reply = make_reply(make_article())
    assert client.post("/moderation/decide/", {"approve": str(reply.pk)}).status_code == 403
    assert not Decision.objects.exists()


def test_the_queue_costs_the_same_however_long_it_is(moderator: Client, django_assert_num_queries: Any) -> None:
    article = make_article()
    for _ in range(2):
        for _ in range(10):
            make_reply(article, parent=make_approved_reply(article))
        with django_assert_num_queries(16):
            moderator.get("/moderation/")


def test_a_long_queue_has_pages(moderator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comments.moderation.queue.REPLIES_PER_PAGE", 2)
    article = make_article()
    for _ in range(3):
        make_reply(article)
    assert 'href="/moderation/waiting/page/2/"' in moderator.get("/moderation/").content.decode()
    assert moderator.get("/moderation/waiting/page/2/").status_code == 200
    assert moderator.get("/moderation/waiting/page/3/").status_code == 404
