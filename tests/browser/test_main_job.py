"""The main job: a text file is imported, read, replied to, and the reply is approved and seen."""

from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.articles.management.commands.test_import_article import PAGE
from tests.factories import make_section, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_from_a_text_file_to_an_approved_reply(page: Page, site: str, problems: list[str], tmp_path: Path) -> None:
    make_section()
    make_staff("Moderator", "mod", password="a-long-enough-password")
    file = tmp_path / "page.txt"
    file.write_text(PAGE)
    call_command("import_article", file, publish=True, verbosity=0)

    page.goto(site)
    page.get_by_role("link", name="Harbour pilots ask for slower nights").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour pilots ask for slower nights")
    page.get_by_label("Name").fill("Aroha")
    page.get_by_label("E-mail").fill("aroha@hidden.invalid")
    page.get_by_label("Reply", exact=False).last.fill("Slower nights are safer nights.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("Slower nights are safer nights.")
    assert "/replies/mine/" in page.url
    assert page.context.cookies() == []

    page.goto(f"{site}/moderation/")
    page.get_by_label("Username").fill("mod")
    page.get_by_label("Password").fill("a-long-enough-password")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("main")).to_contain_text("Slower nights are safer nights.")
    page.get_by_role("button", name="Approve").first.click()
    expect(page.locator("body")).to_contain_text("1 reply approved")

    page.goto(f"{site}/analysis/harbour-pilots-ask-for-slower-nights/")
    expect(page.locator("#replies")).to_contain_text("Slower nights are safer nights.")
    expect(page.locator("#replies")).to_contain_text("Aroha")
    assert "hidden.invalid" not in page.content().replace('value="aroha@hidden.invalid"', "")
    assert problems == []
