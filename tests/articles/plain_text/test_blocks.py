"""From lines to blocks."""

import pytest

from articles.plain_text.blocks import is_heading_text, kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("• point", "list"),
        ("•point", "list"),
        ("- point", "list"),
        ("-point", "paragraph"),
        ("1. entry", "numbered"),
        ("(12) entry", "numbered"),
        ("[3] entry", "numbered"),
        ("3.5 per cent", "paragraph"),
        ("2024 was dry", "paragraph"),
        ("> said", "quote"),
        ("## Part", "heading"),
        ("* * *", "break"),
        ("——————", "break"),
    ],
)
def test_a_line_tells_what_it_is(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize("text", ["A Strategic Pause", "Who pays?", "2024 in review", "“Never again”", "Ngā kōrero"])
def test_headings_are_short_and_end_openly(text: str) -> None:
    assert is_heading_text(text)


@pytest.mark.parametrize(
    "text",
    ["It was so.", "and so on", "They said:", "First, second,", "x" * 91, "word " * 15, "…", "Well…", "He said “no.”"],
)
def test_sentences_are_no_headings(text: str) -> None:
    assert not is_heading_text(text)
