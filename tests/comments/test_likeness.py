"""What makes two replies the same flood."""

import pytest

from comments.likeness import text_digest


@pytest.mark.parametrize(
    "other", ["BUY cheap 17 pills!", "buy cheap 99 pills", "Buy, cheap: pills https://x.example/17", "buy cheap pills…"]
)
def test_case_numbers_links_and_punctuation_make_no_difference(other: str) -> None:
    assert text_digest("Buy cheap pills") == text_digest(other)


def test_other_words_make_a_difference() -> None:
    assert text_digest("Buy cheap pills") != text_digest("Buy good pills")
    assert text_digest("👍") != text_digest("👎")
