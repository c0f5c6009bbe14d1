"""Which part of a body says it."""

import pytest

from articles.passages import blocks_of, find_passage
from articles.rendering import CitedSource, render_body

BODY = (
    "<h2>Who pays</h2><p>The council pays half<cite data-source='aa'></cite>, it says.</p>"
    "<ul><li>The port pays <em>the rest</em>.</li></ul>"
    "<table><tbody><tr><td>Half a million</td></tr></tbody></table>"
)
BLOCKS = blocks_of(render_body(BODY, {"aa": CitedSource(1, "A note that the text doesn't say")}).html)


def test_blocks_hold_the_words_of_the_text_alone() -> None:
    assert [(block.text, block.anchor) for block in BLOCKS] == [
        ("Who pays", "h-who-pays"),
        ("The council pays half, it says.", "p-1"),
        ("The port pays the rest.", "p-2"),
        ("Half a million", "h-who-pays"),
    ]


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        ("Who pays", "h-who-pays"),
        ("the COUNCIL pays half", "p-1"),
        ("The port pays all of the rest", "p-2"),
        ("Half a million", "h-who-pays"),
        ("Nobody knows anything of this", None),
        ("", None),
    ],
)
def test_a_passage_is_found_by_its_words_even_if_they_were_edited_a_little(words: str, anchor: str | None) -> None:
    found = find_passage(words, BLOCKS)
    assert (found.anchor if found else None) == anchor
