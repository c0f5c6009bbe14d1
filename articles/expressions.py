"""What Django lacks for asking the database."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Func, JSONField, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject


class JSONRows(Subquery):
    """The rows of a related table as one JSON list of objects, in the subquery's order.

    It lets a list of articles carry its bylines and tags without a query for each kind, as `ArraySubquery` does
    on PostgreSQL alone.
    """

    template = "(SELECT COALESCE(json_group_array(json(_row)), '[]') FROM (%(subquery)s) _rows)"
    output_field = JSONField()

    def __init__(self, queryset: Any, **columns: str) -> None:
        """Take the related rows and, by the name each shall have, the columns to keep."""
        super().__init__(queryset.values(_row=JSONObject(**columns)))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the SQL in PostgreSQL's words."""
        template = "(SELECT COALESCE(jsonb_agg(_row), '[]'::jsonb) FROM (%(subquery)s) _rows)"
        return self.as_sql(compiler, connection, template=template)


class RowComparison(Func):
    """A comparison of two rows of values, such as `(at, id) <= (?, ?)`, which databases answer from one index."""

    output_field = BooleanField()

    def __init__(self, columns: tuple[str, str], operator: str, values: tuple[Any, Any]) -> None:
        """Take the columns, one of `<`, `<=`, `>` and `>=`, and a value for each column."""
        # Left to itself, Django binds a number as one of 32 bits, and cuts off the rest.
        bound = [Value(it, BigIntegerField()) if isinstance(it, int) else Value(it) for it in values]
        super().__init__(*columns, *bound, template=f"(%s, %s) {operator} (%s, %s)")

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:  # type: ignore[override]
        """Return the SQL, which is the same for both databases."""
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        return self.extra["template"] % tuple(sql for sql, _ in compiled), [x for _, params in compiled for x in params]


def begins_with(column: str, text: str) -> Q:
    """Select what begins with a text, letter by letter, in a way that the column's index finds it.

    On SQLite, LIKE pays no heed to case and uses no index; on PostgreSQL, a column's order depends on its language.
    """
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": f"{text}\U0010ffff"})


def union(slices: Iterable[QuerySet[Any]]) -> tuple[str, list[Any]]:
    """Return the SQL, for `raw()`, that reads several ordered slices of one table in one statement.

    Django's own `union()` takes no slices on SQLite.
    """
    queries = [rows.query.sql_with_params() for rows in slices]
    values = [value for _, params in queries for value in params]
    return " UNION ALL ".join(f"SELECT * FROM ({sql}) AS part" for sql, _ in queries), values  # noqa: S608 - Django's
