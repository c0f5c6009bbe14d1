"""The index on SQLite: its FTS5 extension, see https://sqlite.org/fts5.html.

A row's number is the article's place in time, and FTS5 keeps the rows of each word in the order of these numbers: it
walks several words at once from the newest on, and stops when it has enough. But at the end of a span it would go on to
the next row that has them all, however far that is. So every document also names the blocks of time it is in, and those
of the span are asked for along with the words: where they end, all ends.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection

from articles.models.search import SearchEntry
from articles.search.document import Document, blocks_of
from articles.search.wanted import Phrase, Span, Wanted

TABLE = ("CREATE VIRTUAL TABLE articles_search USING fts5(tokens, tokenize='ascii', columnsize=0)",)
_PUT = "INSERT OR REPLACE INTO articles_search (rowid, tokens) VALUES (%s, %s)"
_MATCHING = "FROM articles_search WHERE articles_search MATCH %s AND rowid BETWEEN %s AND %s"
_NEWEST = f"SELECT rowid {_MATCHING} ORDER BY rowid DESC LIMIT %s"
_COUNT = f"(SELECT COUNT(*) {_MATCHING})"
_TOGETHER = "SELECT rowid FROM articles_search WHERE rowid IN ({}) AND {} ORDER BY rowid DESC"
_STANDS = "instr(' ' || tokens || ' ', %s)"
BLOCKS = 8  # of time, at most, that are asked for: soon read, and little of them lies outside the span


def put(documents: Sequence[Document]) -> None:
    """Store documents."""
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, [(document.place, " ".join(_tokens(document))) for document in documents])


def forget(articles: Iterable[int]) -> None:
    """Take articles out of the index; their entries must still be there."""
    places = list(SearchEntry.objects.filter(pk__in=articles).values_list("place"))
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM articles_search WHERE rowid = %s", places)


def clear() -> None:
    """Make the index anew, empty: to take its rows out one by one would take long."""
    with connection.cursor() as cursor:
        for statement in ("DROP TABLE articles_search", *TABLE):
            cursor.execute(statement)


def block_name(scale: int, number: int) -> str:
    """Return the token of all documents in a block of time: FTS5 takes what isn't ASCII for letters."""
    return f"°{scale}°{number}"


def reading() -> AbstractContextManager[None]:
    """Have nothing changed for what is asked inside: there is one way to read the index."""
    return nullcontext()


def newest(wanted: Wanted, span: Span, most: int, *, is_scarce: bool) -> list[int]:
    """Return the newest places where all tokens are, the newest first; whether they stand together isn't looked at."""
    is_bounded = not is_scarce and not wanted.is_plain  # what is scarce is looked for everywhere
    return _places(_NEWEST, [_match(wanted, _blocks_around(span) if is_bounded else ()), *span, most])


def together(wanted: Wanted, places: Sequence[int]) -> list[int]:
    """Return those of the places from `newest()` where the tokens of each phrase follow each other.

    The documents themselves are looked at: FTS5 would go on from the last of these places to the next where they do,
    however far that is.
    """
    groups = [f"({' OR '.join([_STANDS] * len(group))})" for group in wanted.groups]
    conditions = " AND ".join([*groups, *[f"NOT {_STANDS}"] * len(wanted.excluded)])
    phrases = [*(phrase for group in wanted.groups for phrase in group), *wanted.excluded]
    sql = _TOGETHER.format(", ".join(["%s"] * len(places)), conditions)
    return _places(sql, [*places, *(f" {' '.join(phrase)} " for phrase in phrases)])


def counts(parts: Sequence[Sequence[str]], span: Span) -> list[int]:
    """Return in how many places of a span each of some sets of tokens is."""
    values = [value for part in parts for value in (" OR ".join(map(_quoted, part)), *span)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([_COUNT] * len(parts))}", values)
        return list(cursor.fetchone())


def _places(sql: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [place for (place,) in cursor.fetchall()]


def _tokens(document: Document) -> list[str]:
    return [*document.tokens, *(block_name(*block) for block in blocks_of(document.place))]


def _blocks_around(span: Span) -> list[str]:
    """Return the blocks that cover a span: of one scale, the finest of which there are few enough."""
    oldest, newest = blocks_of(span.low), blocks_of(span.high)
    ends = [(scale, first, last) for (scale, first), (_, last) in zip(oldest, newest, strict=True)]
    scale, first, last = next((end for end in ends if end[2] - end[1] < BLOCKS), ends[-1])
    return [block_name(scale, number) for number in range(first, last + 1)]


def _match(wanted: Wanted, blocks: Sequence[str]) -> str:
    groups = [" OR ".join(map(_all_of, group)) for group in wanted.groups]
    if blocks:
        groups.append(" OR ".join(map(_quoted, blocks)))
    everything = " AND ".join([*(f"({group})" for group in groups), *map(_quoted, wanted.facets)])
    return f"({everything})" + "".join(f" NOT {_quoted(phrase[0])}" for phrase in wanted.excluded if len(phrase) == 1)


def _all_of(phrase: Phrase) -> str:
    return f"({' AND '.join(map(_quoted, phrase))})"


def _quoted(words: str) -> str:
    return f'"{words}"'
