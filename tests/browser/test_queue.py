"""The queue under the hands of a moderator who has no time: single keys, and the focus always where the work is."""

import pytest
from playwright.sync_api import Page, expect

from comments.models import Comment
from tests.factories import make_article, make_reply, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def replies() -> list[Comment]:
    article = make_article()
    return [make_reply(article, name=name, body=f"The words of {name}.") for name in ("Aroha", "Hemi", "Mere", "Tama")]


@pytest.fixture
def queue(page: Page, site: str, replies: list[Comment]) -> Page:
    make_staff("Moderator", "mod", password="a-long-enough-password")
    page.goto(f"{site}/moderation/")
    page.get_by_label("Username").fill("mod")
    page.get_by_label("Password").fill("a-long-enough-password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_a_queue_is_cleared_with_single_keys(queue: Page, problems: list[str]) -> None:
    queue.keyboard.press("j")
    assert focused(queue) == "Reply by Aroha"
    queue.keyboard.press("j")
    assert focused(queue) == "Reply by Hemi"
    queue.keyboard.press("k")
    queue.keyboard.press("a")
    expect(queue.locator("#said")).to_have_text("1 reply approved.")
    expect(queue.get_by_role("article", name="Reply by Hemi")).to_be_focused()
    queue.keyboard.press("r")
    expect(queue.get_by_role("article", name="Reply by Mere")).to_be_focused()
    queue.keyboard.press("s")
    expect(queue.get_by_role("article", name="Reply by Tama")).to_be_focused()
    statuses = dict(Comment.objects.values_list("name", "status"))
    assert statuses == {"Aroha": "approved", "Hemi": "rejected", "Mere": "spam", "Tama": "pending"}
    queue.keyboard.press("u")
    expect(queue.locator(".messages")).to_have_text("Undone: 1 reply as before.")
    assert Comment.objects.get(name="Mere").status == "pending"
    assert problems == []


def test_the_keys_are_listed_and_never_catch_typing(queue: Page, problems: list[str]) -> None:
    queue.keyboard.press("?")
    expect(queue.get_by_role("dialog")).to_be_visible()
    queue.keyboard.press("a")
    queue.keyboard.press("Escape")
    expect(queue.get_by_role("dialog")).to_be_hidden()
    queue.get_by_label("Search").focus()
    queue.keyboard.type("ars")
    assert queue.get_by_label("Search").input_value() == "ars"
    assert not Comment.objects.exclude(status="pending").exists()
    assert problems == []


def test_the_last_reply_leaves_a_page_that_says_so(queue: Page) -> None:
    for _ in range(4):
        queue.keyboard.press("j")
        name = focused(queue)
        queue.keyboard.press("a")
        expect(queue.get_by_role("article", name=name, exact=True)).to_have_count(0)
    expect(queue.locator("main")).to_contain_text("Nothing waits.")


def test_what_a_colleague_decided_is_told(queue: Page, replies: list[Comment]) -> None:
    replies[0].reject(by=make_staff("Moderator", "quicker"))
    queue.keyboard.press("j")
    queue.keyboard.press("a")
    expect(queue.locator("#said .warning")).to_contain_text("rejected already: decided by quicker")
    replies[0].refresh_from_db()
    assert replies[0].status == "rejected"


def test_a_note_and_the_key_points_are_at_hand(queue: Page, replies: list[Comment]) -> None:
    first = queue.get_by_role("article", name="Reply by Aroha")
    first.get_by_role("button", name="key points").click()
    expect(queue.get_by_text("This article has no key points.")).to_be_visible()
    queue.keyboard.press("Escape")
    first.get_by_text("Note to the author").click()
    first.get_by_label("Note to Aroha").fill("Thank you.")
    first.get_by_role("button", name="Reject").click()
    expect(queue.locator("#said")).to_have_text("1 reply rejected.")
    decision = Comment.objects.get(name="Aroha").decisions.first()
    assert decision is not None
    assert decision.note == "Thank you."
