"""Editing, answering, correcting, and the record, from the moderators' desk."""

import csv
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Correction
from comments.models import Comment, Decision
from comments.moderation.pages import safe_cell
from tests.factories import make_approved_reply, make_article, make_author, make_reply, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(make_staff("Moderator", "mod@hidden.invalid"))
    return client


def test_readers_see_that_a_moderator_edited(moderator: Client) -> None:
    reply = make_approved_reply(make_article(), body="With a phone number.")
    data = {"body": "Without it.", "version": reply.version}
    assert moderator.post(f"/moderation/edit/{reply.pk}/", data).status_code == 303
    page = Client().get(reply.article.get_absolute_url()).content.decode()
    assert "Without it." in page
    assert "edited by a moderator" in page
    assert "phone number" not in page
    decision = Decision.objects.get()
    assert (decision.before, decision.after) == ("With a phone number.", "Without it.")


def test_an_edit_of_what_changed_meanwhile_is_not_stored(moderator: Client) -> None:
    reply = make_reply(make_article(), body="First.")
    version = reply.version
    reply.edit("Second.")
    for sent in (version, "", "x"):
        answer = moderator.post(f"/moderation/edit/{reply.pk}/", {"body": "Third.", "version": sent})
        assert answer.status_code == 422
        assert "Second." in answer.content.decode()
        assert "Third." in answer.content.decode()
    reply.refresh_from_db()
    assert reply.body == "Second."


def test_an_edit_by_a_moderator_ends_an_older_one_of_the_author(moderator: Client) -> None:
    reply = make_approved_reply(make_article(), body="Secret.")
    reply.edit("Secret again.")
    moderator.post(f"/moderation/edit/{reply.pk}/", {"body": "Redacted.", "version": reply.version})
    Comment.objects.filter(pk=reply.pk).approve(by=make_staff("Moderator", "other"))
    reply.refresh_from_db()
    assert reply.body == "Redacted."


def test_a_moderators_answer_is_marked_and_public_at_once(moderator: Client) -> None:
    reply = make_approved_reply(make_article())
    moderator.post(f"/moderation/answer/{reply.pk}/", {"body": "Our answer."})
    page = Client().get(reply.article.get_absolute_url()).content.decode()
    assert "Our answer." in page
    assert '<strong class="badge">Staff</strong>' in page
    assert "hidden.invalid" not in page


def test_the_same_form_sent_twice_is_one_answer(moderator: Client) -> None:
    reply = make_approved_reply(make_article())
    path = f"/moderation/answer/{reply.pk}/"
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', moderator.get(path).content.decode()))
    for _ in range(2):
        page = moderator.post(path, {**hidden, "body": "Thank you."}, follow=True).content.decode()
        assert f"Your answer to {reply.name} is published." in page
    assert Comment.objects.get(parent=reply).status == "approved"
    assert Decision.objects.count() == 1


def test_an_answer_to_what_is_not_shown_waits(moderator: Client) -> None:
    reply = make_reply(make_article())
    moderator.post(f"/moderation/answer/{reply.pk}/", {"body": "Our answer."})
    assert Comment.objects.get(body="Our answer.").status == "pending"


def test_an_author_answers_under_the_own_article_once_a_moderator_approves(client: Client) -> None:
    writer = make_staff("Writer")
    author = make_author("Mere Ashworth", user=writer)
    article = make_article(authors=(author,))
    reply, elsewhere = make_approved_reply(article), make_approved_reply(make_article())
    client.force_login(writer)
    assert reply.body in client.get(f"/moderation/discussion/{article.pk}/").content.decode()
    assert client.get(f"/moderation/discussion/{elsewhere.article_id}/").status_code == 403
    assert client.post(f"/moderation/answer/{elsewhere.pk}/", {"body": "No."}).status_code == 403
    assert client.post(f"/moderation/answer/{reply.pk}/", {"body": "The author's answer."}).status_code == 303
    answer = Comment.objects.get(parent=reply)
    assert (answer.name, answer.badge, answer.status) == ("Mere Ashworth", "author", "pending")


def test_who_answers_is_told_when_readers_will_see_it(moderator: Client) -> None:
    writer = make_staff("Writer")
    article = make_article(authors=(make_author(user=writer),))
    shown, waiting = make_approved_reply(article), make_reply(article)
    as_author = Client()
    as_author.force_login(writer)
    for client, reply, button, hint in (
        (moderator, shown, "Publish the answer", ""),
        (moderator, waiting, "Send the answer", "your answer waits too"),
        (as_author, shown, "Send the answer", "A moderator looks at your answer"),
    ):
        page = client.get(f"/moderation/answer/{reply.pk}/").content.decode()
        assert f">{button}</button>" in page
        assert hint in page


def test_a_remark_becomes_a_draft_that_credits_its_reader_and_nobody_sees(moderator: Client) -> None:
    reply = make_approved_reply(make_article(), remark="mistake", name="Aroha", body="It was 1987.")
    assert "It was 1987." in moderator.get("/moderation/remarks/").content.decode()
    for _ in range(2):
        moderator.post(f"/moderation/correction/{reply.pk}/")
    draft = Correction.objects.get()
    assert (draft.credit, draft.is_draft) == ("Aroha", True)
    page = Client().get(reply.article.get_absolute_url()).content.decode()
    assert "Pointed out by" not in page
    draft.is_draft = False
    draft.save()
    assert "Pointed out by Aroha" in Client().get(reply.article.get_absolute_url()).content.decode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\0x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("plain") == "plain"


def test_the_record_is_handed_over_without_addresses(moderator: Client) -> None:
    reply = make_reply(make_article(), body="Before.")
    reply.edit("=cmd()")
    moderator.post("/moderation/decide/", {"reject": reply.pk})
    response: Any = moderator.get("/moderation/decisions.csv")
    text = b"".join(response).decode()
    rows = list(csv.reader(text.splitlines()))
    assert rows[0][0] == "time"
    assert [row[5] for row in rows[1:]] == ["the author", "mod"]
    assert rows[1][-1] == "'=cmd()"
    assert "hidden.invalid" not in text


def test_the_record_is_read_in_one_query_without_personal_columns_and_long_texts(moderator: Client) -> None:
    for _ in range(3):
        moderator.post("/moderation/decide/", {"reject": make_reply(make_article()).pk})
    with CaptureQueriesContext(connection) as queries:
        response: Any = moderator.get("/moderation/decisions.csv")
        assert len(list(response)) == 1 + 3
    [query] = [query["sql"] for query in queries if '"comments_' in query["sql"] or '"articles_' in query["sql"]]
    assert not any(f'"{column}"' in query for column in (*Comment.PERSONAL, "body", "body_html"))
