"""Whether the site says truly that it works."""

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from kiwiguard import health

pytestmark = pytest.mark.django_db


def test_a_working_site_says_ok_and_no_more(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_a_missing_migration_is_unhealthy(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> list[str]:
        return ["a migration"]

    health.require_migrated.cache_clear()
    monkeypatch.setattr(MigrationExecutor, "migration_plan", missing)
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"unavailable\n")


def test_an_unreachable_database_is_unhealthy(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError("password=secret host=10.0.0.1")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"unavailable\n")
