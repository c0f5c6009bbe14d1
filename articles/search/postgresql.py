"""The index on PostgreSQL: its full text search, see https://www.postgresql.org/docs/current/textsearch.html.

Its index finds all rows that match, in no order. So every document also names the blocks of time, from hours to years,
in which its article stands; they are asked for along with the words, the newest first, until there is enough. For the
index an article's blocks are words like others, and it skips from one that has both to the next.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

from articles.asking import reading_alias
from articles.search.document import GAP, SCALES, Document, blocks_of, quarter_of
from articles.search.wanted import Phrase, Span, Wanted

TABLE = (
    # No foreign key: a flush could not empty the articles then.
    "CREATE TABLE articles_search (article_id bigint PRIMARY KEY, place bigint NOT NULL, document tsvector NOT NULL)",
    "CREATE INDEX articles_search_place ON articles_search (place)",
    # Without a list of what is still to be put in order, which every search would have to read.
    "CREATE INDEX articles_search_document ON articles_search USING gin (document) WITH (fastupdate = off)",
)
WIDER = 3  # powers of two from a scale to the next
MAX_POSITIONS = 255  # of a word; PostgreSQL keeps no more
_PUT = (
    "INSERT INTO articles_search (article_id, place, document) VALUES (%s, %s, %s::tsvector)"
    " ON CONFLICT (article_id) DO UPDATE SET place = EXCLUDED.place, document = EXCLUDED.document"
)
# Adding nothing to the place keeps PostgreSQL from going by the places and unpacking every document on the way.
_NEWEST = """
    SELECT place FROM (VALUES {windows}) AS windows (spans)
    CROSS JOIN LATERAL (
        SELECT place FROM articles_search
        WHERE document @@ (%s::tsquery && spans::tsquery) AND place + 0 BETWEEN %s AND %s
        ORDER BY place + 0 DESC
    ) AS found LIMIT %s
"""
# In two steps, or else the index would be asked, and documents unpacked that aren't among these places.
_TOGETHER = """
    WITH chosen AS MATERIALIZED (SELECT place, document FROM articles_search WHERE place = ANY(%s))
    SELECT place FROM chosen WHERE document @@ %s::tsquery ORDER BY place DESC
"""
_COUNT = "(SELECT COUNT(*) FROM articles_search WHERE document @@ %s::tsquery AND place + 0 BETWEEN %s AND %s)"


def put(documents: Sequence[Document]) -> None:
    """Store documents."""
    rows = [(document.article, document.place, _vector(document)) for document in documents]
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, rows)


def forget(articles: Iterable[int]) -> None:
    """Take articles out of the index."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search WHERE article_id = ANY(%s)", [list(articles)])


def clear() -> None:
    """Take everything out of the index."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE articles_search")


def block_name(scale: int, number: int) -> str:
    """Return the token of all documents in a block of time."""
    return f"#{scale}.{number}"


@contextmanager
def reading() -> Iterator[None]:
    """Have the index used whatever the planner thinks, for what is asked inside."""
    with transaction.atomic(using=reading_alias(), savepoint=False):
        # The planner doesn't count what it costs to unpack every document, and would rather read them all.
        _rows("SELECT set_config('enable_seqscan', 'off', true)", [])
        yield


def newest(wanted: Wanted, span: Span, most: int, *, is_scarce: bool) -> list[int]:
    """Return the newest places where all tokens are, the newest first; whether they stand together isn't looked at.

    What is scarce is looked for in all of the span at once.
    """
    windows = [" | ".join(map(_quoted, window)) for window in _windows(span)]
    if is_scarce:
        windows = [" | ".join(windows)]
    sql = _NEWEST.format(windows=", ".join(["(%s)"] * len(windows)))
    return [place for (place,) in _rows(sql, [*windows, _match(wanted, is_strict=False), *span, most])]


def together(wanted: Wanted, places: Sequence[int]) -> list[int]:
    """Return those of the places from `newest()` where the tokens of each phrase follow each other."""
    return [place for (place,) in _rows(_TOGETHER, [list(places), _match(wanted, is_strict=True)])]


def counts(parts: Sequence[Sequence[str]], span: Span) -> list[int]:
    """Return in how many places of a span each of some sets of tokens is."""
    spans = _either(name for window in _windows(span) for name in window)
    values = [value for part in parts for value in (f"{_either(part)} & {spans}", *span)]
    return list(_rows(f"SELECT {', '.join([_COUNT] * len(parts))}", values)[0])


def _rows(sql: str, values: list[Any]) -> list[Any]:
    with connections[reading_alias()].cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Any] = cursor.fetchall()
    return rows


def _windows(span: Span) -> Iterator[list[str]]:
    """Yield the spans to ask for in turn, the newest first, each window about four times as long as the one before."""
    quarter, oldest = quarter_of(span.high), quarter_of(span.low)
    for scale in SCALES:
        blocks = _blocks(quarter, oldest, scale) if quarter >= oldest else ()
        size = 1
        while blocks:
            yield [block_name(scale, block) for block in blocks[:size]]
            quarter = (blocks[:size][-1] << scale) - 1
            blocks, size = blocks[size:], 4 * size


def _blocks(quarter: int, oldest: int, scale: int) -> Sequence[int]:
    """Return the blocks of a scale from a quarter back to where those of the next can take over, or to the oldest."""
    newest, last = quarter >> scale, oldest >> scale
    if scale != SCALES[-1]:
        last = max(last, (newest >> WIDER) - 1 << WIDER)
    return range(newest, last - 1, -1)


def _vector(document: Document) -> str:
    positions: dict[str, list[str]] = defaultdict(list)
    for position, token in enumerate(document.tokens, 1):
        if token != GAP:
            positions[token].append(str(position))
    words = [f"{_quoted(token)}:{','.join(at[:MAX_POSITIONS])}" for token, at in positions.items()]
    return " ".join([*words, *(_quoted(block_name(*block)) for block in blocks_of(document.place))])


def _match(wanted: Wanted, *, is_strict: bool) -> str:
    groups = [" | ".join(_phrase(phrase, is_strict=is_strict) for phrase in group) for group in wanted.groups]
    everything = " & ".join([*(f"({group})" for group in groups), *map(_quoted, wanted.facets)])
    unwanted = [phrase for phrase in wanted.excluded if is_strict or len(phrase) == 1]
    return everything + "".join(f" & !{_phrase(phrase, is_strict=True)}" for phrase in unwanted)


def _phrase(phrase: Phrase, *, is_strict: bool) -> str:
    return f"({(' <-> ' if is_strict else ' & ').join(map(_quoted, phrase))})"


def _either(tokens: Iterable[str]) -> str:
    return f"({' | '.join(map(_quoted, tokens))})"


def _quoted(token: str) -> str:
    return f"'{token}'"
