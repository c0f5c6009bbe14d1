"""What the whole site promises, whatever is added later."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from articles.models import Article
from articles.previews import preview_link
from comments.models import Comment
from comments.tokens import own_page_path
from tests.factories import make_approved_reply, make_article, make_full_article, make_reply, make_staff

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "articles": {"articles"},
    "comments": {"articles", "comments"},
    "kiwiguard": {"articles", "comments", "kiwiguard"},
}

# Every address of the site and who may see it. A new one fails until it stands here.
PUBLIC = {
    "", "page/<page:number>/", "^(?P<first>(?:[-\\w]+/){0,2})page/1/$", "feed/", "feed/rss/", "sitemap.xml",
    "sitemap-<page:number>.xml", "robots.txt", "tags/<slug:slug>/", "tags/<slug:slug>/page/<page:number>/",
    "tags/<slug:slug>/feed/", "tags/<slug:slug>/feed/rss/", "authors/<slug:slug>/",
    "authors/<slug:slug>/page/<page:number>/", "<section:slug>/", "<section:slug>/page/<page:number>/",
    "<section:slug>/feed/", "<section:slug>/feed/rss/", "<section:section>/<slug:slug>/",
    "<section:section>/<slug:slug>/feed/", "<section:section>/<slug:slug>/replies/page/<page:number>/",
    "replies/<number:pk>/", "replies/article/<number:article>/", "replies/answer/<number:parent>/", "media/<path:path>",
    "replies/report/<number:pk>/", "replies/link/",
    "<section:section>/<slug:slug>/replies/<number:root>/page/<page:number>/",
    "favicon.ico", "healthz", "search/", "opensearch.xml",
    "feed.json", "tags/<slug:slug>/feed.json", "<section:slug>/feed.json", "news-sitemap.xml",
    "<year:year>/<month:month>/", "<year:year>/<month:month>/page/<page:number>/",
    "<section:section>/<slug:slug>/article.json", "<section:section>/<slug:slug>/sources.json",
    "<section:section>/<slug:slug>/sources.bib", "<section:section>/<slug:slug>/sources.ris", "schema/article.json",
    "outlets/<slug:slug>/", "outlets/<slug:slug>/page/<page:number>/",
    "<section:section>/<slug:slug>/changes/", "<section:section>/<slug:slug>/changes/<page:number>/",
    "corrections/", "corrections/page/<page:number>/", "corrections/feed/",
}  # fmt: skip
BY_SIGNED_LINK = {
    "preview/<str:token>/", "replies/mine/<str:token>/", "replies/mine/<str:token>/edit/",
    "replies/mine/<str:token>/withdraw/", "replies/mine/<str:token>/mail/", "replies/mine/<str:token>/data.json",
    "replies/mine/<str:token>/erase/", "replies/confirm/<str:token>/", "replies/unsubscribe/<str:token>/",
    "replies/moderator-mail/<str:token>/", "replies/address/<str:token>/", "replies/address/<str:token>/data.json",
    "replies/address/<str:token>/erase/",
}  # fmt: skip
MODERATORS = {
    "moderation/", "moderation/decide/", "moderation/undo/",
    "moderation/decisions.csv", "moderation/edit/<int:pk>/", "moderation/correction/<int:pk>/",
    "moderation/<slug:tab>/", "moderation/<slug:tab>/all/",
}  # fmt: skip
MODERATORS_AND_AUTHORS = {"moderation/answer/<int:pk>/", "moderation/discussion/<int:article>/"}


def addresses(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        else:
            yield path


def test_every_address_is_listed_with_who_may_see_it() -> None:
    assert {path for path in addresses() if not path.startswith("admin/")} == (
        PUBLIC | BY_SIGNED_LINK | MODERATORS | MODERATORS_AND_AUTHORS
    )


@pytest.mark.django_db
def test_every_page_of_the_admin_is_closed_to_strangers(client: Client) -> None:
    open_pages = {"/admin/login/", "/admin/logout/", "/admin/jsi18n/"}
    for pattern in (path for path in addresses() if path.startswith("admin/")):
        path = "/" + re.sub(r"<[^>]*>", "1", pattern)
        if path in open_pages or "(?P" in path:
            continue
        response = client.get(path)
        assert response.status_code in {301, 302}, path
        assert response.headers["Location"].startswith(("/admin/login/", path)), path


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", sorted(MODERATORS | MODERATORS_AND_AUTHORS))
@pytest.mark.parametrize(
    ("role", "status"), [(None, 302), ("", 403), ("Writer", 403), ("Editor", 403), ("Privacy officer", 403)]
)
def test_only_moderators_moderate(client: Client, pattern: str, role: str | None, status: int) -> None:
    if role is not None:
        client.force_login(make_staff(role))
    reply = make_reply(make_article())
    number = reply.article_id if "article" in pattern else reply.pk
    path = "/" + re.sub(r"<(?:int|number):\w+>", str(number), pattern)
    path = path.replace("<slug:tab>", "spam").replace("<page:number>", "2")
    posted = any(word in path for word in ("decide", "undo", "correction"))
    response = client.post(path, {"approve": reply.pk}) if posted else client.get(path)
    assert response.status_code == status, path
    reply.refresh_from_db()
    assert reply.status == "pending"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "listed", "sees_address", "actions"),
    [
        ("Writer", 403, False, set()),
        ("Editor", 403, False, set()),
        ("Moderator", 200, False, {"approve_selected", "reject_selected", "mark_selected_spam"}),
        ("Privacy officer", 200, True, {"export_selected", "erase_selected"}),
    ],
)
def test_each_role_finds_in_the_admin_what_is_its_own(
    client: Client, role: str, listed: int, sees_address: bool, actions: set[str]
) -> None:
    client.force_login(make_staff(role))
    reply = make_reply(make_article(), email="canary@hidden.invalid")
    listing = client.get("/admin/comments/comment/")
    page = client.get(f"/admin/comments/comment/{reply.pk}/change/")
    offered = set(re.findall(r'<option value="(\w+_selected|mark_selected_spam)"', listing.content.decode()))
    assert (listing.status_code, page.status_code) == (listed, listed)
    assert offered == actions
    assert ("canary@hidden.invalid" in page.content.decode()) == sees_address
    assert "canary@hidden.invalid" not in listing.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["Writer", "Editor", "Moderator", "Privacy officer"])
@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("approve_selected", "Moderator"),
        ("reject_selected", "Moderator"),
        ("mark_selected_spam", "Moderator"),
        ("erase_selected", "Privacy officer"),
        ("export_selected", "Privacy officer"),
        ("delete_selected", ""),
    ],
)
def test_actions_obey_their_permissions_however_they_are_sent(
    client: Client, role: str, action: str, allowed: str
) -> None:
    client.force_login(make_staff(role))
    reply = make_reply(make_article(), name="As it was", email="canary@hidden.invalid")
    data = {"action": action, "_selected_action": [reply.pk], "post": "yes"}
    answer = b"".join(client.post("/admin/comments/comment/", data)).decode()
    reply.refresh_from_db()
    is_changed = reply.status != "pending" or reply.name != "As it was" or "canary@hidden.invalid" in answer
    assert is_changed == (role == allowed)


def crawl(client: Client, *starts: str) -> Iterator[tuple[str, str, str]]:
    """Follow every link of the site from the given paths; yield each path, its headers and its text."""
    found, queue = set(starts), list(starts)
    while queue:
        path = queue.pop()
        response = client.get(path, headers={"host": "127.0.0.1:8000"})
        text = b"".join(response).decode("utf-8", "replace")
        yield path, str(dict(response.headers)), text
        for link in re.findall(r'(?:href|src|action)="(?:http://127\.0\.0\.1:8000)?(/[^"#]*)', text):
            if link not in found and not link.startswith(("/admin/", "/static/")):
                found.add(link)
                queue.append(link)


@pytest.mark.django_db
def test_no_address_cookie_or_unapproved_word_is_on_any_page_that_links_lead_to(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    article = make_full_article()
    shown = make_approved_reply(article, website="https://example.org/")
    make_approved_reply(article, parent=shown)
    for status in ("pending", "rejected", "spam"):
        make_reply(article, status=status, body="UNSEEN", name="UNSEEN")
    make_article("UNSEEN draft", status="draft", tags=("ports",))
    make_article("UNSEEN review", status="in_review", tags=("ports",))
    starts = ("/", "/feed/", "/feed/rss/", "/sitemap.xml", "/robots.txt", "/nowhere/", own_page_path(shown))
    visited = set()
    for path, headers, text in crawl(client, *starts):
        visited.add(path)
        assert "hidden.invalid" not in headers + text, path
        assert "UNSEEN" not in headers + text, path
        assert "Set-Cookie" not in headers, path
        for reply in Comment.objects.all():
            assert reply.email_fingerprint not in headers + text, path
            assert reply.email_encrypted not in headers + text, path
    assert not client.cookies
    assert {article.get_absolute_url(), f"{article.get_absolute_url()}feed/", f"/replies/answer/{shown.pk}/"} <= visited


@pytest.mark.django_db
def test_a_preview_shows_its_draft_and_nothing_private_else(client: Client) -> None:
    draft = make_full_article(status=Article.Status.DRAFT)
    make_reply(draft, body="UNSEEN")
    text = client.get(preview_link(draft).removeprefix("http://127.0.0.1:8000")).content.decode()
    assert "hidden.invalid" not in text
    assert "UNSEEN" not in text


def test_imports_run_one_way() -> None:
    for app, allowed in MAY_IMPORT.items():
        for file in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                ours = {name.split(".")[0] for name in names} & MAY_IMPORT.keys()
                assert ours <= allowed, file


def test_only_one_module_marks_text_as_safe() -> None:
    marking = re.compile(r"\bmark_safe\b|\bSafeString\(|\|\s*safe\b|autoescape off|\bimport bleach\b|\bfrom bleach\b")
    files = [file for folder in (*MAY_IMPORT, "templates") for file in (ROOT / folder).rglob("*.*")]
    texts = {file: file.read_text() for file in files if file.suffix in {".py", ".html", ".xml", ".txt"}}
    assert {file.relative_to(ROOT).as_posix() for file, text in texts.items() if marking.search(text)} == {
        "articles/richtext.py"
    }


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_run_time_requirement_can_be_imported() -> None:
    for name in (
        "axes",
        "bleach",
        "csp",
        "cryptography",
        "django",
        "environ",
        "httptools",
        "PIL",
        "psycopg",
        "taggit",
        "uvicorn",
        "uvloop",
        "whitenoise",
    ):
        __import__(name)
