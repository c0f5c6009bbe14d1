"""Texts of moulds become those of copies."""

from datetime import UTC, datetime

from articles.search.candidates import backend
from bench.making.stencil import blocks_in, stencil, words_of

MOULD = words_of("Qarovexi", 7, datetime(1999, 11, 25, 4, 3, 2, tzinfo=UTC))
COPY = words_of("Takareko", 1234, datetime(2020, 5, 6, 7, 8, 9, tzinfo=UTC))


def test_what_an_article_says_of_itself_is_the_copys_own() -> None:
    text = "Rivers: Qarovexi 1000007, /rivers-qarovexi-1000007/, of 1999-11-25T04:03:02+00:00"
    assert (
        stencil(text, MOULD) % COPY
        == "Rivers: Takareko 1001234, /rivers-takareko-1001234/, of 2020-05-06T07:08:09+00:00"
    )


def test_a_day_is_written_as_each_style_has_it() -> None:
    text = "25 November 1999; 25 Nov. 1999; (1999, November 25); November 25, 1999; /1999/11/"
    assert stencil(text, MOULD) % COPY == "6 May 2020; 6 May 2020; (2020, May 6); May 6, 2020; /2020/05/"


def test_what_looks_like_a_hole_is_none() -> None:
    assert stencil("100 %(name)s, %20qarovexi%201000007", MOULD) % COPY == "100 %(name)s, %20takareko%201001234"


def test_the_blocks_of_time_in_the_index_are_those_of_the_copys_time() -> None:
    words = MOULD | blocks_in(1_000 << 24)
    other = COPY | blocks_in(9_000 << 24)
    mould, copy = ((6, 15), (9, 1), (12, 0)), ((6, 140), (9, 17), (12, 2))
    texts = [" ".join(backend().block_name(*block) for block in blocks) for blocks in (mould, copy)]
    assert stencil(texts[0], words) % other == texts[1]
