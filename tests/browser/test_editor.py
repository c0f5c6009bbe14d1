"""The editor of bodies, in a real browser: under the site's own policy, by keyboard, with citations as data."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from articles.admin import forms
from articles.models.version import Autosave, Presence
from tests.browser.test_pages import desk as desk  # noqa: PLC0414 - a fixture
from tests.factories import make_full_article

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

WORD = (
    "<html><body><h1>From Word<o:p></o:p></h1><p class=MsoNormal>A <b>bold</b> word</p>"
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>· </span>An item</p>"
    "</body></html>"
)


@pytest.fixture
def editing(desk: Callable[[str], Page], problems: list[str]) -> Page:
    """The form of a full article, once its editor is there."""
    article = make_full_article(status="draft")
    page = desk(f"/admin/articles/article/{article.pk}/change/")
    page.locator(".text-length").wait_for()
    assert problems == []  # a new version of the editor needs a new hash in the policy
    return page


def test_a_typed_number_cites_its_source_even_one_that_is_not_stored_yet(editing: Page) -> None:
    page = editing
    page.locator("#sources-group .add-row a").click()
    page.locator("#id_sources-3-title").fill("Brand new")
    text = page.get_by_role("textbox", name="Body")
    # By the editor itself: what a key does just after a click depends on whether it has noticed the click.
    text.evaluate("text => text.editor.commands.focus('end')")
    expect(text).to_be_focused()
    page.keyboard.type(" And this [4].")
    expect(text.locator("cite").last).to_have_text("4")
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    expect(page.get_by_role("textbox", name="Body").locator("cite").last).to_have_attribute(
        "aria-label", "Citation of source 4: Brand new"
    )


def test_what_is_pasted_comes_out_clean(editing: Page) -> None:
    editing.evaluate(
        """(html) => {
            const text = document.querySelector(".ProseMirror");
            text.editor.chain().focus("end").splitBlock().run();
            const data = new DataTransfer();
            data.setData("text/html", html);
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            text.dispatchEvent(paste);
        }""",
        WORD,
    )
    body = editing.locator("#id_body").input_value()
    assert "<h2>From Word</h2><p>A <strong>bold</strong> word</p><ul><li><p>An item</p></li></ul>" in body
    assert "Mso" not in body


def test_the_form_is_accessible_with_its_editor(editing: Page) -> None:
    found = Axe().run(editing).response["violations"]
    assert [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]] == []


def test_what_was_typed_survives_a_crash(editing: Page) -> None:
    page = editing
    page.wait_for_timeout(1600)  # until the form's own content has been taken for what is stored
    page.get_by_label("Title", exact=False).first.fill("Typed, never saved")
    expect(page.locator("#autosave-status")).to_contain_text("Draft kept", timeout=12_000)
    page.reload()
    page.get_by_role("link", name="Recover it").click()
    expect(page.get_by_label("Title", exact=False).first).to_have_value("Typed, never saved")
    expect(page.locator("body")).to_contain_text("Nothing is saved yet")


def test_who_leaves_at_once_has_the_article_open_no_more_and_typed_nothing(editing: Page) -> None:
    editing.goto("about:blank", wait_until="networkidle")
    assert not Presence.objects.exists()
    assert not Autosave.objects.exists()


def test_what_was_typed_last_is_kept_on_leaving(editing: Page) -> None:
    editing.wait_for_timeout(1600)  # until the form's own content has been taken for what is stored
    editing.get_by_label("Title", exact=False).first.fill("Typed last")
    editing.goto("about:blank", wait_until="networkidle")
    assert [kept.fields["title"] for kept in Autosave.objects.all()] == [["Typed last"]]
    assert not Presence.objects.exists()


def test_a_row_of_a_long_list_offers_the_other_sources_once_somebody_turns_to_it(
    editing: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "MOST_OFFERED", 1)
    editing.reload()
    choice = editing.locator("#id_sources-2-report_decision")
    assert choice.locator("option").count() == 2
    choice.focus()
    expect(choice.locator("option")).to_have_text(
        [re.compile("Automatic"), re.compile("own"), *(f"The same report as source {number}" for number in (1, 2))]
    )
    choice.select_option(label="The same report as source 1")
    editing.get_by_role("button", name="Save and continue editing").first.click()
    expect(editing.locator(".messagelist")).to_contain_text("was changed successfully")
    chosen = editing.locator("#id_sources-2-report_decision option:checked")
    expect(chosen).to_have_text("The same report as source 1")
