"""Replying: from the form under an article to the page of one's own."""

import ipaddress
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from comments.models import Block, ClosedDiscussion, Comment, Policy
from comments.tokens import own_page_path
from tests.factories import (
    make_approved_reply,
    make_article,
    make_full_article,
    make_reply,
    make_section,
    make_staff,
    reply_data,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    return make_article("The subject")


@pytest.fixture
def page(client: Client, article: Article) -> str:
    return client.get(article.get_absolute_url()).content.decode()


def post_url(article: Article) -> str:
    return f"/replies/article/{article.pk}/"


def test_a_valid_reply_waits_and_leads_to_a_page_of_ones_own(client: Client, article: Article, page: str) -> None:
    response = client.post(post_url(article), reply_data(page))
    assert response.status_code == 303
    own = client.get(response.headers["Location"])
    assert "A thought of my own." in own.content.decode()
    assert own.headers["Cache-Control"] == "private, no-store"
    assert Comment.objects.get().status == Comment.Status.PENDING
    assert "A thought of my own." not in client.get(article.get_absolute_url()).content.decode()


def test_an_approved_reply_is_on_the_page_on_the_next_request(client: Client, article: Article) -> None:
    make_approved_reply(article, body="Now you see me.", name="Hemi")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Now you see me." in page
    assert "Hemi" in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "required"),
        ("name", "\u200b\u202e", "required"),
        ("name", "x" * 81, "80"),
        ("name", "me@hidden.invalid", "e-mail address"),
        ("email", "", "required"),
        ("email", "no address", "valid email"),
        ("website", "javascript:alert(1)", "valid URL"),
        ("website", "https://example.org/?me=aroha@hidden.invalid", "e-mail address"),
        ("body", "", "required"),
        ("body", " \n\t ", "required"),
        ("body", "\u200b\u2060", "required"),
        ("body", "\u3164\n\u2800 \u200d\ufe0f", "required"),
        ("name", "\u115f\u3164", "required"),
        ("body", "x" * 5001, "5000"),
        ("body", "Write to AROHA@hidden.invalid", "e-mail address"),
    ],
)
def test_a_mistake_shows_the_form_again_with_what_was_typed(
    client: Client, article: Article, page: str, field: str, value: str, message: str
) -> None:
    data = reply_data(page, **{field: value})
    response = client.post(post_url(article), data)
    answer = response.content.decode()
    assert response.status_code == 422
    assert message in answer
    assert f'aria-describedby="id_{field}_error' in answer or 'aria-invalid="true"' in answer
    assert (data["body"] or data["name"])[:20].strip() in answer
    assert not Comment.objects.exists()


def test_five_thousand_characters_count_as_their_author_sees_them(client: Client, article: Article, page: str) -> None:
    text = ("x" * 99 + "\r\n") * 50
    assert client.post(post_url(article), reply_data(page, body=text.strip())).status_code == 303


@pytest.mark.parametrize("token", ["", "nonsense", "WzEsMV0:forged"])
def test_a_form_from_elsewhere_is_asked_to_be_sent_again(
    client: Client, article: Article, page: str, token: str
) -> None:
    response = client.post(post_url(article), reply_data(page, token=token))
    assert response.status_code == 422
    again = client.post(post_url(article), reply_data(response.content.decode()))
    assert again.status_code == 303


def test_the_token_of_one_article_is_no_good_for_another(client: Client, page: str) -> None:
    other = make_article("Another")
    assert client.post(post_url(other), reply_data(page)).status_code == 422


def test_a_form_that_was_open_for_too_long_keeps_the_text(
    client: Client, article: Article, page: str, time_machine: Any
) -> None:
    time_machine.move_to(timezone.now() + timedelta(days=16))
    response = client.post(post_url(article), reply_data(page))
    assert response.status_code == 422
    assert "A thought of my own." in response.content.decode()


def test_the_same_form_sent_twice_is_one_reply(client: Client, article: Article, page: str) -> None:
    first = client.post(post_url(article), reply_data(page))
    second = client.post(post_url(article), reply_data(page))
    assert Comment.objects.count() == 1
    assert first.status_code == second.status_code == 303
    assert "A thought of my own." in client.get(second.headers["Location"]).content.decode()


def test_another_text_is_another_reply(client: Client, article: Article, page: str) -> None:
    client.post(post_url(article), reply_data(page))
    client.post(post_url(article), reply_data(page, body="A second thought."))
    assert Comment.objects.count() == 2


def test_a_reply_can_be_answered_without_javascript(client: Client, article: Article) -> None:
    parent = make_approved_reply(article, name="Hemi", body="What is answered.")
    url = f"/replies/answer/{parent.pk}/"
    assert url in client.get(article.get_absolute_url()).content.decode()
    form_page = client.get(url).content.decode()
    assert "What is answered." in form_page
    assert client.post(url, reply_data(form_page)).status_code == 303
    assert Comment.objects.get(parent=parent).root == parent


@pytest.mark.parametrize("status", ["pending", "rejected", "spam"])
def test_what_nobody_sees_cannot_be_answered(client: Client, article: Article, status: str) -> None:
    hidden = make_reply(article, status=status)
    assert client.get(f"/replies/answer/{hidden.pk}/").status_code == 404
    assert client.get(f"/replies/{hidden.pk}/").status_code == 404


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_what_is_not_published_takes_no_replies(client: Client, status: str) -> None:
    article = make_article(status=status)
    assert client.get(post_url(article)).status_code == 404
    assert client.post(post_url(article), {"body": "x"}).status_code == 404


def test_a_sender_cannot_choose_what_only_moderators_may(client: Client, article: Article, page: str) -> None:
    data = reply_data(page, status="approved", article=str(make_article().pk), parent="1", decided_at="2020-01-01")
    client.post(post_url(article), data)
    reply = Comment.objects.get()
    assert (reply.status, reply.article, reply.parent, reply.decided_at) == ("pending", article, None, None)


def test_text_is_kept_as_typed_and_shown_as_safe_paragraphs(client: Client, article: Article, page: str) -> None:
    typed = "First <b>bold</b> line\r\nsecond line\r\n\r\nSee https://example.org/a?b=1&c=2 and javascript:alert(1)"
    client.post(post_url(article), reply_data(page, body=typed))
    reply = Comment.objects.get()
    assert reply.body == typed.replace("\r\n", "\n")
    assert reply.body_html.count("<p>") == 2
    assert "&lt;b&gt;bold" in reply.body_html
    assert 'href="https://example.org/a?b=1&amp;c=2"' in reply.body_html
    assert re.search(r'rel="nofollow ugc noopener"', reply.body_html)
    assert 'href="javascript' not in reply.body_html


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pending", "wait"),
        ("approved", "published"),
        ("rejected", "not published"),
        ("spam", "not published"),
    ],
)
def test_the_own_page_says_what_became_of_the_reply(client: Client, article: Article, status: str, words: str) -> None:

    reply = make_reply(article, status=status)
    assert words in client.get(own_page_path(reply)).content.decode().lower()


def test_the_link_to_the_own_page_can_be_neither_forged_nor_kept_for_ever(
    client: Client, article: Article, page: str, time_machine: Any
) -> None:
    path = client.post(post_url(article), reply_data(page)).headers["Location"]
    assert client.get(path[:-4] + "abc/").status_code == 404
    time_machine.move_to(timezone.now() + timedelta(days=91))
    assert client.get(path).status_code == 404


def test_a_permalink_leads_to_the_page_of_a_long_discussion(client: Client, article: Article) -> None:
    started = timezone.now() - timedelta(days=3)
    replies = [make_approved_reply(article, submitted_at=started + timedelta(minutes=n)) for n in range(51)]
    answer = make_approved_reply(article, parent=replies[50])
    last = f"/analysis/the-subject/replies/page/2/#reply-{answer.pk}"
    assert client.get(f"/replies/{answer.pk}/").headers["Location"] == last
    assert f'id="reply-{answer.pk}"' in client.get(last).content.decode()
    assert (
        client.get(f"/replies/{replies[0].pk}/").headers["Location"] == f"/analysis/the-subject/#reply-{replies[0].pk}"
    )


def test_discussions_of_unpublished_articles_are_hidden(client: Client) -> None:
    article = make_article("Off", section=make_section("Opinion"), status="withdrawn")
    reply = make_approved_reply(article)
    for path in (
        f"/replies/{reply.pk}/",
        f"/replies/answer/{reply.pk}/",
        "/opinion/off/replies/page/1/",
        "/opinion/off/feed/",
    ):
        assert client.get(path).status_code in {404, 301}, path
        assert reply.body not in client.get(path, follow=True).content.decode()


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**40])
def test_a_number_of_nothing_is_not_found_however_large(client: Client, article: Article, number: int) -> None:
    for path in (
        f"/replies/{number}/",
        f"/replies/article/{number}/",
        f"/replies/answer/{number}/",
        f"/replies/report/{number}/",
        f"{article.get_absolute_url()}replies/{number}/page/1/",
    ):
        assert client.get(path).status_code == 404, path
        assert client.post(path, {"body": "x"}).status_code in {404, 405}, path


def test_a_reader_never_gets_a_cookie(client: Client, article: Article, page: str) -> None:
    responses = [
        client.get("/"),
        client.get(article.get_absolute_url()),
        client.post(post_url(article), reply_data(page)),
    ]
    responses.append(client.get(responses[-1].headers["Location"]))
    assert not client.cookies
    assert not any("Cookie" in response.headers.get("Vary", "") for response in responses)


def test_four_replies_a_minute_are_one_too_many_and_the_text_is_kept(
    client: Client, article: Article, page: str
) -> None:
    for number in range(3):
        assert client.post(post_url(article), reply_data(page, body=f"Text {number}.")).status_code == 303
    refused = client.post(post_url(article), reply_data(page, body="The fourth text."))
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "The fourth text." in refused.content.decode()
    assert Comment.objects.count() == 3
    again = client.post(post_url(article), reply_data(page, body="Text 1."))
    assert again.status_code == 303
    assert client.post(post_url(article), reply_data(page), REMOTE_ADDR="192.0.2.9").status_code == 303


@pytest.mark.parametrize(("trusted", "status"), [([], 429), (["127.0.0.1"], 303)])
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(
    client: Client, article: Article, page: str, settings: Any, trusted: list[str], status: int
) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network(network) for network in trusted]
    for number in range(4):
        response = client.post(
            post_url(article),
            reply_data(page, body=f"Text {number}."),
            headers={"x-forwarded-for": f"192.0.2.{number}"},
        )
    assert response.status_code == status


def test_an_article_takes_sixty_replies_a_minute(client: Client, article: Article, page: str) -> None:
    Policy(article_replies_per_minute=4).save()
    codes = [
        client.post(post_url(article), reply_data(page, body=f"Text {n}."), REMOTE_ADDR=f"192.0.2.{n}").status_code
        for n in range(5)
    ]
    assert codes == [303] * 4 + [429]
    assert Policy().article_replies_per_minute == 60


def test_whoever_fills_the_trap_is_asked_again_and_never_swallowed(client: Client, article: Article, page: str) -> None:
    trapped = client.post(post_url(article), reply_data(page, subject="filled by the browser"))
    answer = trapped.content.decode()
    assert trapped.status_code == 422
    assert "send it again" in answer
    assert "A thought of my own." in answer
    assert client.post(post_url(article), reply_data(answer, subject="filled again")).status_code == 303
    reply = Comment.objects.get()
    assert reply.status == "pending"
    assert [finding.rule for finding in reply.findings.all()] == ["honeypot"]


def test_the_clock_holds_what_was_sent_at_once_but_takes_it(
    client: Client, article: Article, time_machine: Any
) -> None:
    for seconds, rules in ((0, ["too_quick"]), (30, [])):
        form = client.get(post_url(article)).content.decode()
        time_machine.move_to(timezone.now() + timedelta(seconds=seconds))
        assert client.post(post_url(article), reply_data(form, body=f"After {seconds}, surely.")).status_code == 303
        assert [finding.rule for finding in Comment.objects.latest("pk").findings.all()][:1] == rules[:1]
        Comment.objects.all().delete()


def test_a_blocked_word_files_a_reply_as_spam_with_its_reason(client: Client, article: Article, page: str) -> None:
    Block(kind="word", pattern="casino").save()
    own = client.post(post_url(article), reply_data(page, body="Casino!")).headers["Location"]
    reply = Comment.objects.get()
    assert reply.status == "spam"
    assert reply.decisions.get().rule == "blocked"
    assert "A rule of this site set it aside" in client.get(own).content.decode()


def test_a_preview_stores_nothing_and_can_be_sent(client: Client, article: Article, page: str) -> None:
    preview = client.post(post_url(article), reply_data(page, body="*So* it is.", preview="1"))
    assert preview.status_code == 200
    assert "<em>So</em> it is." in preview.content.decode()
    assert not Comment.objects.exists()
    assert client.post(post_url(article), reply_data(preview.content.decode())).status_code == 303


def close(article: Article, how: str) -> None:
    match how:
        case "site":
            Policy(replies_open=False).save()
        case "article":
            ClosedDiscussion.objects.create(article=article)
        case _:
            Article.objects.filter(pk=article.pk).update(published_at=timezone.now() - timedelta(days=61))


@pytest.mark.parametrize(
    ("how", "why"),
    [("site", "closed on this site"), ("article", "to this article are closed"), ("age", "60 days after publication")],
)
def test_a_closed_discussion_says_so_and_gives_a_late_text_back(
    client: Client, article: Article, page: str, how: str, why: str
) -> None:
    shown = make_approved_reply(article)
    close(article, how)
    closed = client.get(article.get_absolute_url()).content.decode()
    assert why in closed
    assert 'id="reply-form"' not in closed
    assert f"/replies/answer/{shown.pk}/" not in closed
    late = client.post(post_url(article), reply_data(page, body="My late words."))
    assert late.status_code == 403
    assert why in late.content.decode()
    assert "My late words." in late.content.decode()
    assert Comment.objects.count() == 1


def test_an_answer_to_a_reply_that_went_gives_the_text_back(client: Client, article: Article) -> None:
    parent = make_approved_reply(article)
    form = client.get(f"/replies/answer/{parent.pk}/").content.decode()
    parent.reject(by=make_staff("Moderator"))
    late = client.post(f"/replies/answer/{parent.pk}/", reply_data(form, body="My late answer."))
    assert late.status_code == 403
    assert "My late answer." in late.content.decode()


def test_a_reply_points_at_a_part_of_the_article_and_back(client: Client) -> None:
    article = make_full_article()
    point, source = article.key_points.all()[1], article.sources.all()[2]
    page = client.get(article.get_absolute_url()).content.decode()
    values = [f"key-point-{point.pk}", f"source-{source.pk}", "heading-h-the-first-part"]
    for number, value in enumerate(values):
        sent = reply_data(page, body=f"Text {number}.", name=f"Reader {number}", about=value, remark="source")
        assert client.post(post_url(article), sent).status_code == 303
    Comment.objects.all().approve(by=make_staff("Moderator"))
    shown = client.get(article.get_absolute_url()).content.decode()
    for anchor, label in (
        ("key-point-2", "key point 2"),
        ("source-3", "source 3"),
        ("h-the-first-part", "the part “The first part”"),
    ):
        assert f'about <a href="#{anchor}">{label}</a>' in shown
        assert f'href="#about-{anchor}"' in shown
        assert f'id="about-{anchor}"' in shown
    assert "This needs a source" in shown
    article.sources.exclude(pk=source.pk).delete()
    article.settle()
    assert 'about <a href="#source-1">source 1</a>' in client.get(article.get_absolute_url()).content.decode()


def test_a_reply_cannot_point_into_another_article(client: Client, article: Article, page: str) -> None:
    point = make_full_article().key_points.get(position=1)
    refused = client.post(post_url(article), reply_data(page, about=f"key-point-{point.pk}"))
    assert refused.status_code == 422
