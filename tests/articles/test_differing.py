"""What a comparison of two versions shows, and how long it takes."""

import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.aligning import runs
from articles.differing import Part, differences, says_the_same, word_parts
from articles.pairing import paired

MOST_SECONDS = 10.0  # on a slow machine that has other work; without bounds it was 21 on a quick one


def state(body: str = "", **fields: Any) -> dict[str, Any]:
    return {"title": "T", "standfirst": "", "body": body, "key_points": [], "sources": [], "tags": [], **fields}


def parts(before: str, after: str) -> list[tuple[str, str]]:
    return [(part.change, part.text) for part in word_parts(before, after)]


def test_words_are_compared_not_letters() -> None:
    assert parts("It costs ten million dollars.", "It costs eleven million dollars.") == [
        ("same", "It costs "), ("removed", "ten"), ("added", "eleven"), ("same", " million dollars."),
    ]  # fmt: skip


def test_a_sentence_that_was_written_anew_is_shown_whole() -> None:
    shown = parts(
        "The port of Lyttelton shut on Monday and the crews went home", "Strikes hit the docks, so ships wait"
    )
    assert [change for change, _ in shown] == ["removed", "added"]


@given(st.text("ab ,", max_size=60), st.text("ab ,", max_size=60))
def test_nothing_is_lost_or_made_up(before: str, after: str) -> None:
    found = word_parts(before, after)
    assert "".join(part.text for part in found if part.change != "removed") == after
    kept = "".join(part.text for part in found if part.change != "added")
    assert kept.split() == before.split() or "".join(kept.split()) == "".join(before.split())


@given(
    st.lists(st.integers(0, 3), max_size=25), st.lists(st.integers(0, 3), max_size=25), st.sampled_from([0, 30, 9999])
)
def test_stretches_cover_both_sequences_whatever_may_be_spent(old: list[int], new: list[int], cells: int) -> None:
    found = list(runs(old, new, max_cells=cells))
    assert [item for run in found for item in old[run.old]] == old
    assert [item for run in found for item in new[run.new]] == new
    assert all(old[run.old] == new[run.new] for run in found if run.is_same)


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_as_much_as_possible_is_found_to_be_the_same(old: list[int], new: list[int]) -> None:
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for row, one in enumerate(old):
        for column, other in enumerate(new):
            longest = max(table[row][column + 1], table[row + 1][column])
            table[row + 1][column + 1] = table[row][column] + 1 if one == other else longest
    assert sum(run.old.stop - run.old.start for run in runs(old, new) if run.is_same) == table[-1][-1]


def test_a_paragraph_that_was_changed_is_found_between_others_that_came_and_went() -> None:
    old = ["The ferry runs twice a day.", "Nothing of this stays."]
    new = ["A wholly new beginning here.", "The ferry runs three times a day."]
    assert list(paired(old, new)) == [(-1, 0), (0, 1), (1, -1)]


def test_a_link_that_leads_elsewhere_now_is_a_change() -> None:
    before, after = (f'<p>See <a href="https://{host}.example.org/">the report</a>.</p>' for host in ("good", "other"))
    [field] = differences(state(before), state(after))
    assert [Part("removed", "good"), Part("added", "other")] == [
        part for part in field.blocks[0].parts if part.change != "same"
    ]


def test_a_paragraph_that_became_a_heading_is_a_change() -> None:
    assert [field.name for field in differences(state("<p>Ports</p>"), state("<h2>Ports</h2>"))] == ["Text"]


@pytest.mark.parametrize(
    "fields", [{}, {"title": "New"}, {"body": "<p>New</p>"}, {"tags": ["new"]}, {"body": "<p><em>Old</em></p>"}]
)
def test_versions_say_the_same_where_there_is_no_difference_to_show(fields: dict[str, Any]) -> None:
    before, after = state("<p>Old</p>"), {**state("<p>Old</p>"), **fields}
    assert says_the_same(before, after) == (differences(before, after) == [])


def paragraphs(count: int, words: int, of: int) -> str:
    chosen = random.Random(f"{count} {words} {of}")
    return "".join(f"<p>{' '.join(f'w{chosen.randrange(of)}' for _ in range(words))}</p>" for _ in range(count))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (paragraphs(60, 900, 2), paragraphs(60, 901, 2)),
        (paragraphs(60, 900, 50), paragraphs(60, 901, 50)),
        (paragraphs(1, 90_000, 2), paragraphs(1, 90_001, 2)),
        (paragraphs(1490, 1, 2), paragraphs(1491, 1, 2)),
        (paragraphs(245, 200, 300), paragraphs(244, 201, 300)),
        (f"<p>{'.' * 299_000}</p>", f"<p>{'.,' * 149_000}</p>"),
    ],
    ids=["two words", "fifty words", "one paragraph", "many paragraphs", "pairs", "dots"],
)
def test_texts_made_to_take_long_do_not(before: str, after: str) -> None:
    began = time.process_time()
    assert differences(state(before), state(after))
    assert time.process_time() - began < MOST_SECONDS
