"""The moderators' desk."""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import Comment, Decision
from comments.service_level import service_level
from comments.tokens import own_page_path
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
        with django_assert_num_queries(21):
            moderator.get("/moderation/")


def test_a_long_queue_goes_on_from_its_last_reply(moderator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comments.moderation.queue.REPLIES_PER_PAGE", 2)
    article, at = make_article(), timezone.now()  # all of the same moment: their keys tell them apart
    for number in range(5):
        make_reply(article, body=f"Reply {number}.", submitted_at=at)
    shown, path = [], "/moderation/"
    while path:
        text = page(moderator, path)
        shown.append(re.findall(r"Reply \d", text))
        found = re.search(r'rel="next" href="([^"]*)"', text)
        path = html.unescape(found[1]) if found else ""
    assert shown == [["Reply 0", "Reply 1"], ["Reply 2", "Reply 3"], ["Reply 4"]]
    assert 'rel="prev" href="/moderation/"' in text


@pytest.mark.parametrize(
    "place",
    [
        "nonsense",
        "~",
        "2024-01-01~1",
        "2024-01-01T00:00:00+00:00~x",
        "0001-01-01T00:00:00+14:00~1",
        "9999-12-31T23:59:59-14:00~1",
        "²~²",
        "\0",
    ],
)
def test_a_made_up_place_is_the_beginning(moderator: Client, place: str) -> None:
    make_reply(make_article(), body="The first.")
    assert "The first." in page(moderator, f"/moderation/?{urlencode({'from': place})}")


def seen(reply: Comment, group: Comment | None = None) -> str:
    return f"{reply.pk}.{reply.version}.{(group or reply).pk}"


def page(client: Client, path: str = "/moderation/") -> str:
    return client.get(path).content.decode()


def test_what_changed_since_it_was_seen_is_not_decided(moderator: Client) -> None:
    reply = make_reply(make_article(), body="Harmless.")
    as_seen = seen(reply)
    reply.edit("Poison.")
    answer = moderator.post("/moderation/decide/", {"approve": reply.pk, "seen": as_seen}, follow=True)
    reply.refresh_from_db()
    assert reply.status == "pending"
    assert "was edited since you saw it" in answer.content.decode()


def test_twenty_replies_of_one_flood_are_one_decision(moderator: Client) -> None:
    article = make_article()
    flood = [make_reply(article, body=f"Buy {number} pills http://spam.example/{number}") for number in range(20)]
    other = make_reply(article, body="Another thing.")
    shown = page(moderator)
    assert "20 alike" in shown
    assert "Approve all 20" not in shown
    data = {"spam": f"group-{flood[0].pk}", "seen": [*(seen(reply, flood[0]) for reply in flood), seen(other)]}
    moderator.post("/moderation/decide/", data)
    assert Comment.objects.filter(status="spam").count() == 20
    assert Decision.objects.values("batch").distinct().count() == 1
    other.refresh_from_db()
    assert other.status == "pending"


def test_many_from_one_connection_are_shown_as_one(moderator: Client) -> None:
    for word in ("one", "two", "three", "four", "five"):
        make_reply(make_article(), body=f"Different {word}.", client="same")
    assert "5 alike" in page(moderator)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=harbour", {"Harbour text."}),
        ("q=hemi", {"Old text."}),
        ("rule=links", {"Linked text."}),
        ("age=24", {"Old text."}),
        ("age=24&q=harbour", set()),
        ("age=nonsense&rule=nonsense&article=nonsense", {"Harbour text.", "Old text.", "Linked text."}),
    ],
)
def test_filters_narrow_the_queue(moderator: Client, query: str, shown: set[str]) -> None:
    article = make_article()
    make_reply(article, body="Harbour text.")
    make_reply(article, body="Old text.", name="Hemi", submitted_at=timezone.now() - timedelta(days=2))
    linked = make_reply(article, body="Linked text.")
    linked.findings.create(position=1, rule="links", answer="hold", reason="Links.")
    text = page(moderator, f"/moderation/?{query}")
    assert {body for body in ("Harbour text.", "Old text.", "Linked text.") if body in text} == shown


def test_a_filter_by_article(moderator: Client) -> None:
    wanted = make_reply(make_article(), body="Wanted text.")
    make_reply(make_article(), body="Other text.")
    text = page(moderator, f"/moderation/?article={wanted.article_id}")
    assert "Wanted text." in text
    assert "Other text." not in text


@pytest.mark.parametrize(("tab", "status"), [("approved", "approved"), ("refused", "rejected"), ("spam", "spam")])
def test_tabs_show_what_was_decided_and_let_it_be_decided_again(moderator: Client, tab: str, status: str) -> None:
    reply = make_reply(make_article(), status=status, body="In its tab.")
    assert "In its tab." in page(moderator, f"/moderation/{tab}/")
    verb = "reject" if status == "approved" else "approve"
    moderator.post("/moderation/decide/", {verb: reply.pk, "seen": seen(reply)})
    reply.refresh_from_db()
    assert reply.status == ("rejected" if status == "approved" else "approved")


def test_there_is_no_other_tab(moderator: Client) -> None:
    assert moderator.get("/moderation/nonsense/").status_code == 404


def test_a_note_reaches_the_author(moderator: Client, client: Client) -> None:
    reply = make_reply(make_article())
    moderator.post("/moderation/decide/", {"reject": reply.pk, "seen": seen(reply), f"note-{reply.pk}": "Too long."})
    assert Decision.objects.get().note == "Too long."
    assert "Too long." in client.get(own_page_path(reply)).content.decode()


def test_the_last_decision_is_undone(moderator: Client) -> None:
    article = make_article()
    replies = [make_reply(article) for _ in range(3)]
    moderator.post("/moderation/decide/", {"spam": "selected", "reply": [reply.pk for reply in replies]})
    replies[0].approve(by=make_staff("Moderator", "other"))
    answer = moderator.post("/moderation/undo/", follow=True).content.decode()
    assert "Undone: 2 replies as before." in answer
    assert sorted(Comment.objects.values_list("status", flat=True)) == ["approved", "pending", "pending"]
    assert "nothing to undo" in moderator.post("/moderation/undo/", follow=True).content.decode()


def test_undoing_a_decision_on_an_edit_brings_the_edit_back() -> None:
    moderator = make_staff("Moderator")
    for verb in ("approve", "reject", "mark_spam"):
        reply = make_reply(make_article(), body="First.")
        reply.approve(by=moderator)
        reply.edit("Second.")
        getattr(reply, verb)(by=moderator)
        batch = reply.decisions.first().batch  # type: ignore[union-attr]
        assert Comment.objects.undo(batch, by=moderator) == 1  # type: ignore[arg-type]
        reply.refresh_from_db()
        assert (reply.status, reply.body, reply.proposed_body) == ("approved", "First.", "Second."), verb


def test_undoing_an_approval_keeps_what_its_author_wrote_since() -> None:
    moderator = make_staff("Moderator")
    reply = make_reply(make_article(), body="First.")
    reply.approve(by=moderator)
    reply.edit("Second.")
    batch = Decision.objects.get().batch
    assert batch is not None
    Comment.objects.undo(batch, by=moderator)
    reply.refresh_from_db()
    assert (reply.status, reply.body, reply.proposed_at) == ("pending", "Second.", None)


def test_undo_opens_settled_reports_again() -> None:
    moderator = make_staff("Moderator")
    reply = make_approved_reply(make_article())
    report = reply.reports.create(reason="spam", client="c")
    Comment.objects.filter(pk=reply.pk).mark_spam(by=moderator)
    batch = Decision.objects.get().batch
    assert batch is not None
    Comment.objects.undo(batch, by=moderator)
    report.refresh_from_db()
    assert report.settled_at is None


def test_a_word_for_a_reported_reply_settles_the_reports(moderator: Client) -> None:
    reply = make_approved_reply(make_article())
    reply.reports.create(reason="spam", client="c", text="Advertising!")
    shown = page(moderator, "/moderation/reported/")
    assert "Advertising!" in shown
    assert "Keep" in shown
    moderator.post("/moderation/decide/", {"approve": reply.pk, "seen": seen(reply)})
    assert reply.body not in page(moderator, "/moderation/reported/")


def test_what_its_author_withdrew_is_not_published(moderator: Client) -> None:
    reply = make_reply(make_article())
    reply.withdraw()
    moderator.post("/moderation/decide/", {"approve": reply.pk, "seen": seen(reply)})
    reply.refresh_from_db()
    assert reply.status == "withdrawn"


def which(asked: str) -> str:
    return asked.split('name="which" value="')[1].split('"', maxsplit=1)[0]


def test_all_that_match_are_decided_once_their_number_is_confirmed(moderator: Client) -> None:
    article = make_article()
    for number in range(4):
        make_reply(article, body=f"Spam {number}.")
    kept = make_reply(article, body="Good.")
    asked = page(moderator, "/moderation/waiting/all/?q=Spam")
    assert "Decide on 4 replies?" in asked
    make_reply(article, body="Spam 5.")
    again = moderator.post("/moderation/waiting/all/?q=Spam", {"spam": "all", "which": which(asked)}).content.decode()
    assert "Decide on 5 replies?" in again
    assert not Decision.objects.exists()
    moderator.post("/moderation/waiting/all/?q=Spam", {"spam": "all", "which": which(again)})
    assert Comment.objects.filter(status="spam").count() == 5
    kept.refresh_from_db()
    assert kept.status == "pending"


def test_after_a_decision_the_page_goes_on_at_the_next_reply(moderator: Client) -> None:
    article = make_article()
    replies = [make_reply(article) for _ in range(3)]
    data = {"approve": replies[1].pk, "seen": [seen(reply) for reply in replies], "next": "/moderation/?q=Reply"}
    response = moderator.post("/moderation/decide/", data)
    assert response.headers["Location"] == f"/moderation/?q=Reply#reply-{replies[2].pk}"
    data = {"approve": replies[0].pk, "next": "https://evil.example/moderation/"}
    assert moderator.post("/moderation/decide/", data).headers["Location"] == "/moderation/"


def test_a_script_gets_the_outcome_as_data(moderator: Client) -> None:
    reply = make_reply(make_article())
    answer = moderator.post("/moderation/decide/", {"approve": reply.pk}, headers={"x-requested-with": "fetch"}).json()
    assert answer == {"said": ["1 reply approved."], "missed": [], "decided": [reply.pk]}


def test_the_queue_shows_its_service_level(moderator: Client) -> None:
    now = timezone.now()
    make_reply(make_article(), submitted_at=now - timedelta(hours=5)).approve(by=make_staff("Moderator", "other"))
    make_reply(make_article(), submitted_at=now - timedelta(hours=2))
    level = service_level()
    assert (str(level.waiting), str(level.decided_today)) == ("1", "1")
    assert level.usual_wait is not None
    assert round(level.usual_wait.total_seconds() / 3600) == 5
    assert "about 5 hours" in page(moderator)
