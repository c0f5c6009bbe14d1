"""Writing millions of rows: past the models, without indexes and checks until all of them are there."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

from kiwiguard.postgresql import base

ROWS_AT_ONCE = 5_000
base.LONGEST_WAIT = 24 * 3600.0  # to make an index of millions of rows takes minutes


def load(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows to a table, as fast as the database can."""
    names = ", ".join(f'"{column}"' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        insert = f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608 - constants
        unread = iter(rows)
        while batch := list(islice(unread, ROWS_AT_ONCE)):
            cursor.executemany(insert, batch)


def empty(table: str, key: str, above: int) -> None:
    """Take the rows with the higher keys out of a table; inside `unchecked()`."""
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM {table} WHERE "{key}" > %s', [above])  # noqa: S608 - constants


@contextmanager
def unchecked(tables: Iterable[str]) -> Iterator[None]:
    """Have no index of some tables kept and no reference checked meanwhile; if it fails the paper is of no use."""
    before, after = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    with connection.cursor() as cursor:
        for statement in before:
            cursor.execute(statement)
        indexes = {name: sql for table in tables for name, sql in _indexes(cursor, table)}
        for name in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for sql in indexes.values():
            cursor.execute(sql)
        for statement in after:
            cursor.execute(statement)


def tidy_up() -> None:
    """Do what the database does by itself after a while: PostgreSQL gathers what its plans rest on."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout=0")
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("RESET statement_timeout")


def go_on_counting(tables: Sequence[type[models.Model]]) -> None:
    """Let the next keys come after those that were written; SQLite does so by itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


_SQLITE = (
    ("PRAGMA foreign_keys=OFF", "PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-1000000"),
    ("PRAGMA foreign_keys=ON", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"),
)
_POSTGRESQL = (
    (
        "SET statement_timeout=0",
        "SET synchronous_commit=off",
        "SET session_replication_role=replica",
        "SET maintenance_work_mem='1GB'",
        "SET work_mem='512MB'",
    ),
    (
        "RESET statement_timeout",
        "RESET synchronous_commit",
        "RESET session_replication_role",
        "RESET maintenance_work_mem",
        "RESET work_mem",
    ),
)


def _indexes(cursor: Any, table: str) -> list[tuple[str, str]]:
    """Return the indexes of a table that no constraint stands on, each with what makes it."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.indexrelid)",
            [table],
        )
    else:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s", [table]
        )
    found: list[tuple[str, str]] = cursor.fetchall()
    return found
