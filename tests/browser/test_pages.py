"""Every kind of page: valid HTML, nothing in anyone's way, nothing wider than the window, nobody else asked."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from articles.previews import preview_link
from comments.models import ClosedDiscussion
from comments.tokens import Purpose, own_page_path, seal
from tests.factories import make_approved_reply, make_article, make_full_article, make_reply, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

WIDTHS = (320, 360, 768, 1280, 1600)


@pytest.fixture
def paths(settings: Any) -> dict[str, str]:
    """The paths of one page of each kind that readers meet."""
    settings.MAIL_IS_ON = True
    now = timezone.now()
    article = make_full_article("An article with everything")
    article.corrections.create(made_at=timezone.now(), text="A figure was wrong.\nIt is right now.")
    make_article("Related", tags=("ports",), body="Plain text without any markup.")
    shown = make_approved_reply(article, website="https://example.org/", body="See https://example.org/ for more.")
    answer = make_approved_reply(article, parent=shown)
    make_approved_reply(article, parent=answer)
    make_approved_reply(article, about_key_point=article.key_points.first(), remark="source", moderator_edited_at=now)
    withdrawn = make_article("Withdrawn", status="withdrawn")
    closed = make_article("Closed")
    ClosedDiscussion.objects.create(article=closed)
    waiting = make_reply(article)
    waiting.subscriptions.create(kind="answers")
    draft = make_full_article("Draft", status="draft")
    return {
        "home": "/",
        "search": "/search/?q=port",
        "search without results": "/search/?q=prot",
        "corrections": "/corrections/",
        "outlet": "/outlets/outlet-1/",
        "month": f"/{article.published_at:%Y/%m}/",
        "section": "/analysis/",
        "tag": "/tags/ports/",
        "author": "/authors/mere-ashworth/",
        "article": article.get_absolute_url(),
        "withdrawn": withdrawn.get_absolute_url(),
        "missing": "/nowhere/at-all/",
        "preview": urlsplit(preview_link(draft)).path,
        "reply form": f"/replies/article/{article.pk}/",
        "answer form": f"/replies/answer/{shown.pk}/",
        "closed discussion": closed.get_absolute_url(),
        "closed form": f"/replies/article/{closed.pk}/",
        "thread": f"{article.get_absolute_url()}replies/{shown.pk}/page/1/",
        "report": f"/replies/report/{shown.pk}/",
        "own page, edit": f"{own_page_path(waiting)}edit/",
        "own page, waiting": own_page_path(waiting),
        "asking for the link": "/replies/link/",
        "confirming": f"/replies/confirm/{seal(Purpose.CONFIRM, waiting.pk)}/",
        "unsubscribing": f"/replies/unsubscribe/{seal(Purpose.UNSUBSCRIBE, [waiting.pk, 'answers'])}/",
        "everything under an address": f"/replies/address/{seal(Purpose.ADDRESS, waiting.pk)}/",
        "own page, published": own_page_path(shown),
        "own page, refused": own_page_path(make_reply(article, status="rejected")),
        "signing in": "/admin/login/",
    }


@pytest.fixture
def desk(page: Page, site: str) -> Callable[[str], Page]:
    """Open a page as a superuser."""

    def opened(path: str) -> Page:
        page.goto(f"{site}/admin/login/?next={path}")
        page.get_by_label("Username").fill("super")
        page.get_by_label("Password").fill("a-long-enough-password")
        page.get_by_role("button", name="Log in").click()
        return page

    make_staff("", "super", password="a-long-enough-password", is_superuser=True)
    return opened


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


def html_errors(pages: dict[str, str]) -> dict[str, list[str]]:
    """Ask the Nu HTML checker about each page."""
    jar = os.environ["VNU_JAR"]
    errors = {}
    for name, text in pages.items():
        command = ["java", "-jar", jar, "--errors-only", "--format", "json", "-"]
        answer = subprocess.run(command, input=text, capture_output=True, text=True, check=False).stderr
        errors[name] = [f"{said['message']} {said.get('extract', '')}" for said in json.loads(answer)["messages"]]
    return {name: found for name, found in errors.items() if found}


def test_every_page_is_valid_html(page: Page, site: str, paths: dict[str, str]) -> None:
    texts = {name: page.request.get(site + path).text() for name, path in paths.items() if name != "signing in"}
    assert html_errors(texts) == {}


@pytest.fixture
def desk_paths(paths: dict[str, str]) -> list[str]:
    """The paths of the moderators' pages, with something of everything on them."""
    article = make_full_article("A busy article")
    parent = make_approved_reply(article, email="same@hidden.invalid")
    parent.reports.create(reason="abuse", text="Look at this.", client="c")
    reply = make_reply(
        article, parent=parent, remark="mistake", email="same@hidden.invalid", website="https://a.example/"
    )
    reply.findings.create(position=1, rule="links", answer="hold", reason="It holds 4 links.")
    reply.edit("Edited *text*.")
    for _ in range(3):
        make_reply(article, body="One flood.")
    tabs = [f"/moderation/{tab}/" for tab in ("waiting", "remarks", "reported", "approved", "refused", "spam")]
    pages = [f"/moderation/{page}/{reply.pk}/" for page in ("edit", "answer")]
    return ["/moderation/", *tabs, *pages, "/moderation/waiting/all/", f"/moderation/discussion/{article.pk}/"]


def test_the_moderators_desk_is_valid_html(desk: Callable[[str], Page], site: str, desk_paths: list[str]) -> None:
    page = desk("/moderation/")
    assert html_errors({path: page.request.get(site + path).text() for path in desk_paths}) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_moderators_desk_is_in_nobodys_way(
    desk: Callable[[str], Page], site: str, desk_paths: list[str], scheme: Literal["light", "dark"]
) -> None:
    page = desk("/moderation/")
    page.emulate_media(color_scheme=scheme)
    found, too_wide = {}, []
    for path in desk_paths:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        found[path] = violations(page)
        page.set_viewport_size({"width": 340, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > 340:
            too_wide.append(path)
    assert {path: rules for path, rules in found.items() if rules} == {}
    assert too_wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_in_anyones_way(browser: Browser, site: str, paths: dict[str, str], scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    found = {}
    for name, path in paths.items():
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        found[name] = violations(page)
    context.close()
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_no_page_is_wider_than_its_window(page: Page, site: str, paths: dict[str, str]) -> None:
    too_wide = []
    for name, path in paths.items():
        page.goto(site + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((name, width))
    assert too_wide == []


def test_no_page_asks_anybody_else_or_breaks_a_policy(
    page: Page, site: str, paths: dict[str, str], problems: list[str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in paths.values():
        page.goto(site + path)
    assert [url for url in asked if not url.startswith(site)] == []
    assert [problem for problem in problems if "404" not in problem and "410" not in problem] == []


def test_mistakes_in_a_form_are_tied_to_their_fields(page: Page, site: str, paths: dict[str, str]) -> None:
    page.goto(site + paths["reply form"])
    page.evaluate("document.querySelector('#reply-form').noValidate = true")
    page.get_by_label("Name").fill("Aroha")
    page.get_by_role("button", name="Send reply").click()
    email = page.get_by_label("E-mail")
    assert email.get_attribute("aria-invalid") == "true"
    described_by = email.get_attribute("aria-describedby")
    assert "required" in page.locator(f"#{described_by}").inner_text()
    assert page.get_by_label("Name").input_value() == "Aroha"
    assert violations(page) == []
    assert html_errors({"form with mistakes": page.content()}) == {}


def test_the_keyboard_reaches_the_text_and_shows_where_it_is(page: Page, site: str, paths: dict[str, str]) -> None:
    page.goto(site + paths["article"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


CUT_OFF = """() => [...document.querySelectorAll("#content .form-row *:not(option)")].flatMap(part => {
  const hides = part.parentElement.closest(".form-row");
  const is_seen = part.getClientRects().length && getComputedStyle(part).position !== "absolute";
  const beyond = part.getBoundingClientRect().right - hides.getBoundingClientRect().right;
  return is_seen && beyond > 1 ? [part.id || part.className || part.tagName] : [];
})"""


def test_no_field_of_the_newsrooms_forms_is_cut_off(desk: Callable[[str], Page], site: str) -> None:
    article = make_full_article()
    page = desk("/admin/")
    cut_off = {}
    for path in (f"/admin/articles/article/{article.pk}/change/", "/admin/articles/image/add/"):
        page.goto(site + path, wait_until="networkidle")  # before its icons are there, the editor's buttons are words
        for width in (360, 640, 768, 900, 1024, 1100):
            page.set_viewport_size({"width": width, "height": 800})
            cut_off[path, width] = page.evaluate(CUT_OFF)
    assert {where: parts for where, parts in cut_off.items() if parts} == {}


def test_the_table_of_a_history_scrolls_by_itself(desk: Callable[[str], Page]) -> None:
    article = make_full_article()
    article.versions.keep(article, by=None)
    page = desk(f"/admin/articles/article/{article.pk}/history/")
    for width in (360, 768):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert [found for found in violations(page) if "history" in found or "scrollable" in found] == []


def test_the_search_of_a_list_has_a_name(desk: Callable[[str], Page]) -> None:
    page = desk("/admin/articles/article/")
    expect(page.get_by_role("textbox", name="Search", exact=True)).to_be_visible()
    assert [found for found in violations(page) if "searchbar" in found] == []


def test_the_help_of_a_field_on_the_desk_stands_under_it(desk: Callable[[str], Page]) -> None:
    page = desk(f"/admin/articles/article/{make_full_article(status='draft').pk}/desk/")
    row = page.locator(".desk-form .form-row").first
    left = "part => part.getBoundingClientRect().left"
    assert row.locator("textarea").evaluate(left) == row.locator(".help").evaluate(left)


def test_corrections_stand_apart(page: Page, site: str) -> None:
    article = make_full_article()
    for number in range(2):
        article.corrections.create(text=f"Number {number}.", made_at=timezone.now())
    page.goto(f"{site}/corrections/")
    upper, lower = page.locator("article.corrections").all()
    end = upper.evaluate("box => box.getBoundingClientRect().bottom")
    assert lower.evaluate("box => box.getBoundingClientRect().top") > end + 10


def test_a_page_of_replies_is_printed_with_its_replies(page: Page, site: str, paths: dict[str, str]) -> None:
    page.emulate_media(media="print")
    page.goto(site + paths["article"])
    expect(page.locator(".replies")).to_be_hidden()
    page.goto(site + paths["thread"])
    expect(page.locator(".reply-body").first).to_be_visible()
    for hidden in (".reply-verbs", "#reply-form"):
        expect(page.locator(hidden).first).to_be_hidden()


@pytest.mark.parametrize("way", ["keyboard", "drag"])
def test_sources_are_put_in_order(desk: Callable[[str], Page], problems: list[str], way: str) -> None:
    article = make_full_article(section=None)
    page = desk(f"/admin/articles/article/{article.pk}/change/")
    page.locator(".text-length").wait_for()  # the editor moves what stands below it
    page.set_viewport_size({"width": 1280, "height": 2000})  # a pointer can't drag beyond the window
    second = page.locator("#sources-1")
    if way == "keyboard":
        second.get_by_role("button", name="Move up").focus()
        page.keyboard.press("Enter")
    else:
        second.locator("h3").drag_to(page.locator("#sources-0 h3"), target_position={"x": 300, "y": 2})
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator("body")).to_contain_text("was changed successfully")
    assert list(article.sources.values_list("title", flat=True)) == [f"Source number {n}" for n in (2, 1, 3)]
    assert problems == []
