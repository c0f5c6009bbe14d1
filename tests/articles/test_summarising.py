"""Key points that a text suggests."""

import pytest

from articles.passages import Block
from articles.richtext import MAX_BODY_BYTES
from articles.summarising import split_sentences, suggest

TEXT = [
    Block("The council will sell the port to pay for the flood walls, a report says.", "p-1", "p"),
    Block("However, this is disputed. Is it wise? The mayor, Mr. Tane, was away.", "p-2", "p"),
    Block("The port", "h-the-port", "h2"),
    Block("The port earned 4.5 million dollars last year, which paid for half of the flood walls.", "p-3", "p"),
    Block("Without the port the council would have to raise rates to pay for the walls.", "p-4", "p"),
    Block("A brass band played at the opening, and there were scones for everybody who came.", "p-5", "p"),
]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mr. Luxon spoke. He left.", ["Mr. Luxon spoke.", "He left."]),
        ("It fell by 4.5 per cent. In the U.S. it rose.", ["It fell by 4.5 per cent.", "In the U.S. it rose."]),
        ("“We pay.” She left (late). Then…", ["“We pay.”", "She left (late).", "Then…"]),
        ("J. K. Rowe wrote it.", ["J. K. Rowe wrote it."]),
        ("Well?! It is... So it ends!", ["Well?!", "It is...", "So it ends!"]),
        ("No end", ["No end"]),
        ("", []),
    ],
)
def test_sentences_end_where_they_end(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize("part", ["!", "A. ", ".”", ". "])
def test_a_text_that_is_all_ends_is_read_as_fast_as_any_other(part: str) -> None:
    hostile = (part * (MAX_BODY_BYTES // len(part))).strip()  # an hour's work where time grows with the square
    assert split_sentences(hostile) == [hostile]


def test_suggestions_are_sentences_of_the_text_that_can_stand_alone() -> None:
    found = suggest(TEXT, title="Who pays for the flood walls")
    assert 1 <= len(found) <= 5
    assert all(one.text in one.block.text for one in found)
    assert found[0].text == TEXT[0].text
    assert TEXT[3].text in [one.text for one in found]
    assert not any(one.text.startswith(("However", "Is it")) for one in found)


def test_a_text_without_sentences_suggests_nothing() -> None:
    assert suggest([]) == []
    assert suggest([Block("漢字", "p-1", "p"), Block("A heading", "h", "h2")]) == []


def test_a_very_long_text_is_read_to_a_bound() -> None:
    long = [
        Block(f"Sentence number {number} says something of its own about ports.", "p", "p") for number in range(5000)
    ]
    assert len(suggest(long)) == 5
