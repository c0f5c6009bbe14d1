"""The page of one's own: see, edit, withdraw, take along, erase."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import Comment, Decision, Policy, Subscription
from comments.tokens import own_page_path
from tests.factories import make_approved_reply, make_article, make_reply, make_staff

pytestmark = pytest.mark.django_db


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_it_tells_how_long_a_decision_usually_takes(client: Client) -> None:
    article, moderator = make_article(), make_staff("Moderator")
    now = timezone.now()
    assert "usually takes" not in text(client, own_page_path(make_reply(article)))
    for hours in (1, 3, 50):
        make_reply(article, submitted_at=now - timedelta(hours=hours)).approve(by=moderator)
    assert "usually takes about 3 hours" in text(client, own_page_path(make_reply(article)))


def test_it_shows_the_moderators_note(client: Client) -> None:
    reply = make_reply(make_article())
    reply.reject(by=make_staff("Moderator"), note="Please name your source.")
    assert "Please name your source." in text(client, own_page_path(reply))


def test_a_waiting_reply_is_edited_at_once_and_the_record_keeps_both_texts(client: Client) -> None:
    reply = make_reply(make_article(), body="Before.")
    path = own_page_path(reply)
    preview = client.post(f"{path}edit/", {"body": "*After*.", "preview": "1"}).content.decode()
    assert "<em>After</em>" in preview
    assert client.post(f"{path}edit/", {"body": "*After*."}).headers["Location"] == path
    reply.refresh_from_db()
    assert (reply.body, reply.body_html, reply.status) == ("*After*.", "<p><em>After</em>.</p>", "pending")
    decision = Decision.objects.get()
    assert (decision.before, decision.after, decision.actor) == ("Before.", "*After*.", None)


def test_the_sixth_edit_of_a_minute_is_one_too_many_and_its_text_is_kept(client: Client) -> None:
    path = f"{own_page_path(make_reply(make_article()))}edit/"
    for number in range(5):
        assert client.post(path, {"body": f"Text {number}."}).status_code == 303
    refused = client.post(path, {"body": "The sixth text."})
    assert refused.status_code == 429
    assert "Those were many edits." in refused.content.decode()
    assert "The sixth text." in refused.content.decode()


def test_an_edit_of_a_published_reply_waits_while_the_approved_text_stays(client: Client) -> None:
    moderator = make_staff("Moderator")
    reply = make_reply(make_article(), body="Approved text.")
    reply.approve(by=moderator)
    client.post(f"{own_page_path(reply)}edit/", {"body": "Edited text."})
    page = text(client, reply.article.get_absolute_url())
    assert "Approved text." in page
    assert "Edited text." not in page
    assert Comment.objects.waiting().get() == reply
    assert "Your edit waits" in text(client, own_page_path(reply))
    Comment.objects.filter(pk=reply.pk).approve(by=moderator)
    assert "Edited text." in text(client, reply.article.get_absolute_url())
    assert not Comment.objects.waiting().exists()


def test_a_refused_edit_leaves_the_approved_text(client: Client) -> None:
    moderator = make_staff("Moderator")
    reply = make_reply(make_article(), body="Approved text.")
    reply.approve(by=moderator)
    reply.edit("Edited text.")
    Comment.objects.filter(pk=reply.pk).reject(by=moderator)
    reply.refresh_from_db()
    assert (reply.body, reply.status, reply.proposed_body) == ("Approved text.", "approved", "")


def test_the_time_to_edit_ends(client: Client, time_machine: Any) -> None:
    reply = make_reply(make_article(), body="Approved text.")
    reply.approve(by=make_staff("Moderator"))
    path = own_page_path(reply)
    time_machine.move_to(timezone.now() + timedelta(minutes=Policy().edit_minutes, seconds=5))
    late = client.post(f"{path}edit/", {"body": "My late words."})
    assert late.status_code == 403
    assert "My late words." in late.content.decode()
    assert client.post(f"{path}withdraw/").status_code == 403
    reply.refresh_from_db()
    assert (reply.body, reply.status, reply.proposed_at) == ("Approved text.", "approved", None)


@pytest.mark.parametrize("status", ["rejected", "spam", "withdrawn"])
def test_a_refused_reply_is_not_brought_back_by_its_author(client: Client, status: str) -> None:
    reply = make_reply(make_article(), status=status)
    assert client.post(f"{own_page_path(reply)}edit/", {"body": "Again."}).status_code == 403


def test_a_withdrawn_reply_is_gone_for_readers_and_from_the_queue(client: Client) -> None:
    reply = make_reply(make_article())
    reply.approve(by=make_staff("Moderator"))
    path = own_page_path(reply)
    assert client.get(f"{path}withdraw/").status_code == 405
    client.post(f"{path}withdraw/")
    reply.refresh_from_db()
    assert reply.status == "withdrawn"
    assert reply.body not in text(client, reply.article.get_absolute_url())
    assert "You withdrew" in text(client, path)


def test_what_is_held_is_handed_over_for_a_post_alone(client: Client) -> None:
    reply = make_reply(make_article(), email="me@hidden.invalid", website="https://me.example/")
    path = f"{own_page_path(reply)}data.json"
    assert client.get(path).status_code == 405
    [entry] = json.loads(b"".join(client.post(path)))
    assert (entry["e-mail"], entry["website"], entry["text"]) == ("me@hidden.invalid", reply.website, reply.body)


def test_erasing_deletes_what_nobody_saw_and_forgets_the_rest(client: Client) -> None:
    article = make_article()
    waiting, shown = make_reply(article), make_approved_reply(article, body="It stays.")
    answered = make_reply(article, status="rejected")
    make_approved_reply(article, parent=answered)
    for reply in (waiting, shown, answered):
        assert client.post(f"{own_page_path(reply)}erase/").status_code == 200
    assert not Comment.objects.filter(pk=waiting.pk).exists()
    for reply in (shown, answered):
        reply.refresh_from_db()
        assert (reply.name, reply.email, reply.email_fingerprint, reply.identicon) == ("Name removed", "", "", "")
    assert "It stays." in text(client, article.get_absolute_url())


def test_a_wish_for_mail_waits_for_the_proof(client: Client, settings: Any) -> None:
    settings.MAIL_IS_ON = True
    reply = make_reply(make_article())
    path = own_page_path(reply)
    client.post(f"{path}mail/", {"mail": ["answers"]})
    assert Subscription.objects.get().confirmed_at is None
    assert "waits for you to confirm" in text(client, path)
    client.post(f"{path}mail/", {})
    assert not Subscription.objects.exists()


def test_a_proven_address_chooses_at_once(client: Client, settings: Any) -> None:
    settings.MAIL_IS_ON = True
    reply = make_reply(make_article(), proven_at=timezone.now())
    client.post(f"{own_page_path(reply)}mail/", {"mail": ["answers", "decision"]})
    assert Subscription.objects.filter(confirmed_at__isnull=False).count() == 2
    assert client.post(f"{own_page_path(reply)}mail/", {"mail": ["nonsense"]}).status_code == 400


def test_a_token_is_good_for_one_purpose_and_one_reply(client: Client) -> None:
    article = make_article()
    first, second = make_reply(article), make_reply(article)
    token = own_page_path(first).split("/")[3]
    for kind in ("confirm", "unsubscribe", "moderator-mail", "address"):
        assert client.get(f"/replies/{kind}/{token}/").status_code == 404, kind
    head, _, tail = token.partition(":")
    other = own_page_path(second).split("/")[3].partition(":")[0]
    assert head != other
    for action in ("", "edit/"):
        assert client.get(f"/replies/mine/{other}:{tail}/{action}").status_code == 404
    for action in ("withdraw/", "erase/", "data.json", "mail/"):
        assert client.post(f"/replies/mine/{other}:{tail}/{action}").status_code == 404
    assert Comment.objects.count() == 2
