"""A database expression that Django lacks."""

from typing import Any

from django.db.models import JSONField, Subquery
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
