"""Statements that every page or reply needs: Django would take longer to word them than the database to obey."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db import connection, connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

_LARGEST = 2**63 - 1  # whole number in a column


def reading_alias() -> str:
    """Return the name of the database that this thread reads from now, as Django's own queries do."""
    return router.db_for_read(models.Model)


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows that answer a question in SQL, with a `%s` for each value; times come back as the database's."""
    asked = connections[reading_alias()]
    adapted = asked.ops.adapt_datetimefield_value
    with asked.cursor() as cursor:
        cursor.execute(sql, [adapted(value) if isinstance(value, datetime) else value for value in values])
        return list(cursor.fetchall())


class Question:
    """A query that Django words once, however often it is asked, each time about other values."""

    def __init__(self, word: Callable[..., "models.QuerySet[Any, Any]"]) -> None:
        """Take what words it: a query of `values_list()` about the values it is given, single ones or lists of them."""
        self._word = word
        self._worded: dict[tuple[int | None, ...], _Worded] = {}  # by the lengths of the lists

    def ask(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows that answer it, as the query would: none about nothing, or a number that no column holds."""
        flat = [single for value in values for single in (value if isinstance(value, list) else [value])]
        if [] in values or any(isinstance(value, int) and abs(value) > _LARGEST for value in flat):
            return []
        shape = tuple(len(value) if isinstance(value, list) else None for value in values)
        worded = self._worded.get(shape)
        if worded is None:
            self._worded[shape] = worded = _Worded.of(self._word, shape)
        rows = ask(worded.sql, *(flat[value.first] if isinstance(value, _Blank) else value for value in worded.values))
        known = connections[reading_alias()]
        return [worded.read(row, known) for row in rows] if worded.converters else rows


class _Blank(Expression):
    """Where a value goes, or a list of values: the first of them by its number, counted from 0."""

    def __init__(self, first: int, length: int | None = None) -> None:
        super().__init__()
        self.first, self.length = first, length

    def as_sql(self, *_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        if self.length is None:
            return "%s", [self]
        return f"({', '.join(['%s'] * self.length)})", [_Blank(self.first + at) for at in range(self.length)]


@dataclass(frozen=True)
class _Worded:
    """A question in SQL: the values in it, some of them blanks, and what converts some columns of the answer."""

    sql: str
    values: tuple[Any, ...]
    converters: dict[int, tuple[list[Any], Any]]  # by the number of the column, with that

    @classmethod
    def of(cls, word: Callable[..., "models.QuerySet[Any, Any]"], shape: tuple[int | None, ...]) -> "_Worded":
        """Word a question about values of a shape: the lengths of those that are lists."""
        starts = accumulate((1 if length is None else length for length in shape), initial=0)
        query = word(*(_Blank(first, length) for first, length in zip(starts, shape, strict=False))).query
        compiler = query.get_compiler(reading_alias())
        sql, values = compiler.as_sql()
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        return cls(sql, values, compiler.get_converters(columns))

    def read(self, row: tuple[Any, ...], known: BaseDatabaseWrapper) -> tuple[Any, ...]:
        """Return a row as Django does that a known database gave."""
        values = list(row)
        for position, (converters, column) in self.converters.items():
            for convert in converters:
                values[position] = convert(values[position], column, known)
        return tuple(values)


def put(sql: str, rows: list[tuple[Any, ...]]) -> None:
    """Carry out an `INSERT … VALUES` in SQL, with one `{}` for the rows of values, all at once."""
    one = f"({', '.join(['%s'] * len(rows[0]))})"
    with connection.cursor() as cursor:
        cursor.execute(sql.format(", ".join([one] * len(rows))), [value for row in rows for value in row])
