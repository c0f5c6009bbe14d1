"""What a process knows of changes, while the database is there and while it isn't."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import OperationalError, connection

from articles.models import Change
from kiwiguard import freshness
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


class Aside:
    """A thread that looks when a test says so."""

    def __init__(self) -> None:
        self.asked: list[Callable[[], None]] = []

    def submit(self, look: Callable[[], None]) -> "Future[None]":
        self.asked.append(look)
        return Future()


def test_the_moment_is_known_until_a_look_is_too_long_ago(known: NotedChanges) -> None:
    known.good_until = time.monotonic() + 60
    assert known.known() == known.moment
    known.next_due = time.time() - 1  # something was to change by now
    assert known.known() is None
    known.next_due = float("inf")
    known.good_until = time.monotonic() - 1
    assert known.known() is None


def test_who_asks_shortly_before_has_another_look_begun_and_waits_for_none(
    known: NotedChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "AHEAD", 1_000.0)
    known.looks = aside = Aside()  # type: ignore[assignment]
    known.good_until = time.monotonic() + 2_000
    assert known.known() is not None
    assert not aside.asked
    known.good_until = time.monotonic() + 500
    made_at = known.known()
    assert made_at is not None
    assert known.known() == made_at
    assert len(aside.asked) == 1
    Change.objects.note({"article-1"})
    aside.asked[0]()
    assert not known.is_fresh({"article-1"}, made_at)
    known.good_until = time.monotonic() + 500
    assert known.known() == made_at + 1
    assert len(aside.asked) == 2
