"""Whether the site can work: for load balancers and the operator's monitor."""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


class UnmigratedError(Exception):
    """The database lacks migrations that this version of the code needs."""


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say `ok`, or 503 when the database can't be reached or isn't migrated; never why: strangers may ask."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        require_migrated()
    except (DatabaseError, UnmigratedError):
        return HttpResponse("unavailable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@cache
def require_migrated() -> None:
    """Raise UnmigratedError if a migration is missing; asked once, since a process never changes its code."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise UnmigratedError("The database isn't up to date: run `python manage.py migrate`.")
