"""The index on PostgreSQL: its full text search, see https://www.postgresql.org/docs/current/textsearch.html."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from articles.search.query import Query, Term

_ARTICLE = "article_id bigint PRIMARY KEY"  # no foreign key: a flush could not empty the articles then
TABLE = (
    f"CREATE TABLE articles_search ({_ARTICLE}, document tsvector NOT NULL)",
    "CREATE INDEX articles_search_document ON articles_search USING gin (document)",
)
RANKS = "{0.08, 0.35, 0.65, 1.0}"  # of the labels D, C, B and A
_DOCUMENT = (
    "setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'A')"
    " || setweight(to_tsvector('simple', %s), 'B') || setweight(to_tsvector('simple', %s), 'B')"
    " || setweight(to_tsvector('simple', %s), 'C') || setweight(to_tsvector('simple', %s), 'D')"
)
_PUT = (
    f"INSERT INTO articles_search (article_id, document) VALUES (%s, {_DOCUMENT})"  # noqa: S608 - constants
    " ON CONFLICT (article_id) DO UPDATE SET document = EXCLUDED.document"
)
# The index finds all that match, and only the newest of them are read and ranked.
_NEWEST = """
    WITH found AS MATERIALIZED (SELECT article_id FROM articles_search WHERE document @@ to_tsquery('simple', %s)),
    newest AS MATERIALIZED (SELECT article_id FROM found ORDER BY article_id DESC LIMIT %s)
    SELECT article_id, ts_rank(%s::float4[], document, to_tsquery('simple', %s))
    FROM articles_search JOIN newest USING (article_id)
"""
FIRST = 1000.0  # more than any rank: what a title or a key point says comes before what a body says
_UPWARDS = "A"


def put(rows: Sequence[tuple[Any, ...]]) -> None:
    """Store rows of article, time of publication and the columns."""
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, [(row[0], *row[2:]) for row in rows])


def forget(articles: Iterable[int]) -> None:
    """Take articles out of the index."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search WHERE article_id = ANY(%s)", [list(articles)])


def clear() -> None:
    """Take everything out of the index."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search")


def candidates(query: Query, most: int) -> dict[int, float]:
    """Return the newest articles that match with their ranks: at most so many, and as many by title or key points."""
    found: dict[int, float] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner doesn't count what it costs to unpack every document, and would rather read them all.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for label, bonus in (("", 0), (_UPWARDS, FIRST)):
            wanted = _match(query, label)
            cursor.execute(_NEWEST, [wanted, most, RANKS, wanted])
            found |= {pk: rank + bonus for pk, rank in cursor.fetchall()}
    return found


def _match(query: Query, label: str) -> str:
    wanted = " & ".join(f"({' | '.join(_term(term, label) for term in group)})" for group in query.groups)
    unwanted = "".join(f" & !({_term(term, '')})" for term in query.excluded)
    return wanted + unwanted


def _term(term: Term, label: str) -> str:
    mark = f":{'*' if term.is_prefix else ''}{label}" if term.is_prefix or label else ""
    words = [f"'{word}'{mark}" for word in term.words]
    return f"({' <-> '.join(words)})"
