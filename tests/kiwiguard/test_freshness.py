"""What a process knows of changes, while the database is there and while it isn't."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from articles.models import Change
from kiwiguard.freshness import NotedChanges

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> NotedChanges:
    known = NotedChanges()
    known.now()
    return known


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Give what makes the next looks fail."""
    left = [0]

    def execute(going_on: Callable[..., Any], *args: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise OperationalError("server closed the connection unexpectedly")
        return going_on(*args)

    def fail(looks: int) -> None:
        left[0] = looks

    monkeypatch.setattr("django.db.connection.close", lambda: None)  # the test's own transaction goes on
    with connection.execute_wrapper(execute):
        yield fail


def look(known: NotedChanges) -> int:
    known.good_until = float("-inf")
    return known.now()


def test_a_change_makes_old_what_shows_it_and_nothing_else(known: NotedChanges) -> None:
    made_at = known.now()
    Change.objects.note({"article-1"})
    look(known)
    assert not known.is_fresh({"site", "article-1"}, made_at)
    assert known.is_fresh({"site", "article-2"}, made_at)


def test_while_the_database_is_away_what_is_kept_is_shown(known: NotedChanges, away: Callable[[int], None]) -> None:
    made_at = known.now()
    away(2)
    look(known)
    assert known.is_fresh({"article-1"}, made_at)
    assert known.good_until > time.monotonic()


@pytest.mark.parametrize("failures", [1, 2])
def test_what_comes_back_may_be_another_server_so_nothing_is_kept(
    known: NotedChanges, away: Callable[[int], None], failures: int
) -> None:
    made_at = known.now()
    away(failures)
    look(known)
    look(known)
    assert not known.is_fresh({"article-1"}, made_at)
    assert known.is_fresh({"article-1"}, known.now())
