"""The index on SQLite: FTS5, see https://www.sqlite.org/fts5.html."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from articles.search.query import Query, Term

COLUMNS = ("title", "key_points", "standfirst", "tags", "sources", "body")
WEIGHTS = (12.0, 8.0, 5.0, 4.0, 2.0, 1.0)
TABLE = f"CREATE VIRTUAL TABLE articles_search USING fts5({', '.join(COLUMNS)}, prefix='3 4', tokenize='ascii')"
_PUT = f"INSERT INTO articles_search (rowid, {', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * 7)})"  # noqa: S608
FIRST = 1000.0  # more than any rank: what a title or a key point says comes before what a body says
_UPWARDS = "{title key_points} : "


def put(rows: Sequence[tuple[Any, ...]]) -> None:
    """Store rows of article, time of publication and the columns."""
    forget([row[0] for row in rows])
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, [(row[0], *row[2:]) for row in rows])


def forget(articles: Iterable[int]) -> None:
    """Take articles out of the index."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM articles_search WHERE rowid = %s", [(pk,) for pk in articles])


def clear() -> None:
    """Take everything out of the index."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search")


def candidates(query: Query, most: int) -> dict[int, float]:
    """Return the newest articles that match with their ranks: at most so many, and as many by title or key points."""
    found: dict[int, float] = {}
    sql = (
        "SELECT rowid, -bm25(articles_search, %s, %s, %s, %s, %s, %s) FROM articles_search"
        " WHERE articles_search MATCH %s ORDER BY rowid DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        for where, bonus in (("", 0), (_UPWARDS, FIRST)):
            cursor.execute(sql, [*WEIGHTS, _match(query, where), most])
            found |= {pk: rank + bonus for pk, rank in cursor.fetchall()}
    return found


def _match(query: Query, where: str) -> str:
    wanted = " AND ".join(f"({' OR '.join(map(_term, group))})" for group in query.groups)
    unwanted = "".join(f" NOT {_term(term)}" for term in query.excluded)
    return f"{where}({wanted}){unwanted}" if where else f"({wanted}){unwanted}"


def _term(term: Term) -> str:
    return f'"{term}"' + ("*" if term.is_prefix else "")
