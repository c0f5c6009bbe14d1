"""The discussion in the admin: rules, blocks, policy, mail, privacy."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from comments.models import Access, Block, ClosedDiscussion, MailChoice, Policy, Rule
from tests.articles.admin.test_article import form_data
from tests.factories import make_approved_reply, make_article, make_reply, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(make_staff("Moderator"))
    return client


def rule_data(**fields: object) -> dict[str, object]:
    return {"is_on": "on", "answer": "hold", "position": 6, "threshold": 1, "days": "", **fields}


def test_a_changed_rule_is_tried_before_it_is_switched_on(moderator: Client) -> None:
    make_approved_reply(make_article(), body="http://a.example http://b.example")
    rule = Rule.objects.get(name="links")
    path = f"/admin/comments/rule/{rule.pk}/change/"
    tried = moderator.post(path, rule_data())
    assert "it would have held 1, of which 1 was approved" in tried.content.decode()
    rule.refresh_from_db()
    assert rule.threshold == 3
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', tried.content.decode()))
    assert moderator.post(path, hidden).status_code == 302
    rule.refresh_from_db()
    assert rule.threshold == 1


def test_switching_a_rule_off_asks_nothing_and_trying_stores_nothing(moderator: Client) -> None:
    rule = Rule.objects.get(name="links")
    path = f"/admin/comments/rule/{rule.pk}/change/"
    assert "decided" in moderator.post(path, rule_data(_replay="1")).content.decode()
    assert moderator.post(path, {**rule_data(threshold=3), "is_on": ""}).status_code == 302
    rule.refresh_from_db()
    assert (rule.is_on, rule.threshold) == (False, 3)


def test_a_blocked_address_is_nowhere_to_be_read(moderator: Client) -> None:
    data = {"kind": "address", "pattern": "Canary@hidden.invalid"}
    assert moderator.post("/admin/comments/block/add/", data).status_code == 302
    block = Block.objects.get()
    pages = moderator.get("/admin/comments/block/").content + moderator.get("/admin/").content
    history = "".join(LogEntry.objects.values_list("object_repr", flat=True))
    assert "anary@hidden" not in pages.decode() + history + block.pattern
    tried = moderator.post("/admin/comments/block/try/", {"text": "x", "email": "canary@hidden.invalid"})
    assert "the e-mail address" in tried.content.decode()


@pytest.mark.parametrize(
    ("kind", "pattern"), [("network", "nonsense"), ("network", "300.1.1.1"), ("address", "nonsense"), ("word", "*")]
)
def test_a_block_that_could_never_match_is_refused(moderator: Client, kind: str, pattern: str) -> None:
    answer = moderator.post("/admin/comments/block/add/", {"kind": kind, "pattern": pattern})
    assert answer.status_code == 200
    assert not Block.objects.exists()


def test_the_list_of_blocks_says_what_would_match(moderator: Client) -> None:
    Block(kind="word", pattern="casino").save()
    Block(kind="network", pattern="192.0.2.0/24").save()
    answer = moderator.post(
        "/admin/comments/block/try/", {"text": "A casino.", "address": "192.0.2.1"}
    ).content.decode()
    assert answer.count(" matches ") == 2
    assert "Nothing on the list" in moderator.post("/admin/comments/block/try/", {"text": "Fine."}).content.decode()


def test_the_policy_is_one_row_and_opens_at_once(moderator: Client) -> None:
    response = moderator.get("/admin/comments/policy/", follow=True)
    assert response.status_code == 200
    assert Policy.objects.count() == 1
    assert moderator.get("/admin/comments/policy/add/").status_code == 403


def test_everybody_sets_only_their_own_mail(moderator: Client) -> None:
    other = MailChoice.objects.create(user=make_staff("Moderator", "other"), often="daily")
    assert moderator.post("/admin/comments/mailchoice/add/", {"often": "hourly"}).status_code == 302
    assert MailChoice.objects.get(user__username="moderator").often == "hourly"
    assert moderator.get(f"/admin/comments/mailchoice/{other.pk}/change/").status_code == 302
    assert moderator.get("/admin/comments/mailchoice/add/").status_code == 403


def test_an_account_goes_with_its_choice_of_mail(client: Client) -> None:
    leaving = MailChoice.objects.create(user=make_staff("Moderator"), often="daily").user
    client.force_login(make_staff(username="operator", is_superuser=True))
    page = client.post(f"/admin/auth/user/{leaving.pk}/delete/", {"post": "yes"})
    assert page.status_code == 302
    assert not MailChoice.objects.exists()
    assert not User.objects.filter(pk=leaving.pk).exists()


def test_no_moderator_deletes_a_choice_of_mail(moderator: Client) -> None:
    own = MailChoice.objects.create(user=User.objects.get(), often="daily")
    assert moderator.post(f"/admin/comments/mailchoice/{own.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_filter_is_trained_by_a_button(moderator: Client) -> None:
    assert moderator.get("/admin/comments/learnedfilter/train/").status_code == 403
    answer = moderator.post("/admin/comments/learnedfilter/train/", follow=True)
    assert "It has learned from 0 approved and 0 spam replies." in answer.content.decode()


def test_each_look_at_an_address_is_recorded(client: Client) -> None:
    officer = make_staff("Privacy officer")
    client.force_login(officer)
    reply = make_reply(make_article(), email="canary@hidden.invalid")
    assert "canary@hidden.invalid" in client.get(f"/admin/comments/comment/{reply.pk}/change/").content.decode()
    assert [(row.comment_id, row.actor, row.kind) for row in Access.objects.all()] == [(reply.pk, officer, "seen")]
    data = {"action": "export_selected", "_selected_action": [reply.pk]}
    assert b"canary@hidden.invalid" in b"".join(client.post("/admin/comments/comment/", data))
    client.post("/admin/comments/comment/", {**data, "action": "erase_selected"})
    assert list(Access.objects.order_by("pk").values_list("kind", flat=True)) == ["seen", "exported", "erased"]
    assert client.get("/admin/comments/comment/abc/change/").status_code == 302


@pytest.mark.parametrize("column", ["email_fingerprint", "email_encrypted", "client", "submission"])
def test_no_moderator_asks_for_a_fingerprint_digit_by_digit(moderator: Client, column: str) -> None:
    make_reply(make_article(), body="FOUND")
    for lookup in (column, f"{column}__startswith"):
        answer = moderator.get("/admin/comments/comment/", {lookup: "a"})
        assert answer.status_code in {302, 400}


def test_an_editor_closes_a_discussion_in_the_article_form(client: Client) -> None:
    client.force_login(make_staff("Editor"))
    article = make_article(slug="new", title="New")
    data = form_data(
        status="published",
        published_at_0="2026-01-01",
        published_at_1="10:00:00",
        **{"closed_discussion-TOTAL_FORMS": 1, "closed_discussion-0-article": article.pk},
        **{"closed_discussion-0-closed_at_0": "2026-01-02", "closed_discussion-0-closed_at_1": "10:00:00"},
    )
    response = client.post(f"/admin/articles/article/{article.pk}/change/", data)
    assert response.status_code == 302
    assert ClosedDiscussion.objects.get().article == article


@pytest.mark.parametrize(("kind", "pattern"), [("word", "casino"), ("address", "joe@hidden.invalid")])
def test_what_is_blocked_already_is_said_so(moderator: Client, kind: str, pattern: str) -> None:
    for _ in range(2):
        answer = moderator.post("/admin/comments/block/add/", {"kind": kind, "pattern": pattern})
    assert "on the list already" in answer.content.decode()
    assert Block.objects.count() == 1


def test_an_ipv6_address_is_tried_on_the_list(moderator: Client) -> None:
    Block(kind="network", pattern="2001:db8::/32").save()
    answer = moderator.post("/admin/comments/block/try/", {"text": "x", "address": "2001:db8::1"})
    assert "the network address" in answer.content.decode()


def test_numbers_that_no_calendar_holds_are_refused(moderator: Client) -> None:
    moderator.get("/admin/comments/policy/")
    names = [field.name for field in Policy._meta.fields if field.name != "id"]
    data = {name: getattr(Policy(), name) for name in names}
    answer = moderator.post("/admin/comments/policy/1/change/", {**data, "close_after_days": 10**15})
    assert answer.status_code == 200
    assert Policy.current().close_after_days == 60
    rule = Rule.objects.get(name="duplicate")
    assert moderator.post(f"/admin/comments/rule/{rule.pk}/change/", rule_data(days=10**15)).status_code == 200
    rule.refresh_from_db()
    assert rule.days == 30
