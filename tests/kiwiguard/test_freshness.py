"""What a process knows of changes, while the database is there and while it isn't."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from articles.models import Change
from kiwiguard import freshness
from kiwiguard.freshness import NotedChanges
from tests.deploy.running import until

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
    assert not known.is_in_touch
    look(known)
    assert known.is_in_touch


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


passes_over = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite never passes over a number.")


def commit(number: int, key: str) -> None:
    """Store a change under a number that its transaction took, maybe long ago."""
    Change.objects.bulk_create([Change(pk=number, key=key)])


@pytest.fixture
def next_number() -> int:
    Change.objects.note({"the newest"})
    return Change.objects.latest("pk").pk + 1


@passes_over
def test_what_others_overtook_counts_once_it_is_committed(next_number: int) -> None:
    known = NotedChanges()
    known.now()
    commit(next_number + 9, "overtook")
    made_at = look(known)
    for late in (6, 0, 8, 3):
        assert known.is_fresh({f"late-{late}"}, made_at)
        commit(next_number + late, f"late-{late}")
        look(known)
        assert not known.is_fresh({f"late-{late}"}, made_at)
    assert known.is_fresh({"overtook"}, made_at)


@passes_over
def test_what_is_under_way_when_a_process_starts_counts_too_however_much_of_it_there_is(next_number: int) -> None:
    commit(next_number + 5_000, "overtook")
    known = NotedChanges()
    made_at = known.now()
    commit(next_number, "late")
    look(known)
    assert not known.is_fresh({"late"}, made_at)


@passes_over
def test_however_many_numbers_were_passed_over_they_are_looked_for_as_one(next_number: int) -> None:
    Change.objects.all().delete()
    known = NotedChanges()
    known.now()
    commit(next_number + 90_000, "the first after a long time")
    made_at = look(known)
    assert len(known.gaps) == 1
    commit(next_number + 45_000, "late")
    look(known)
    assert not known.is_fresh({"late"}, made_at)
    assert len(known.gaps) == 2


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have numbers given up as soon as no transaction is left that may have taken them."""
    monkeypatch.setattr(freshness, "GRACE", 0.0)
    monkeypatch.setattr(freshness, "EVERY", 0.0)


@passes_over
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("at_once")
def test_numbers_that_were_taken_back_are_given_up(next_number: int) -> None:
    known = NotedChanges()
    known.now()
    commit(next_number + 1, "overtook")
    made_at = look(known)
    until(lambda: bool(look(known)) and not known.gaps)  # other tests' transactions are of the same server
    commit(next_number, "nobody's")  # as no transaction could
    look(known)
    assert known.is_fresh({"nobody's"}, made_at)


@passes_over
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("is_younger", [False, True])
def test_a_transaction_may_last_as_long_as_it_likes(next_number: int, *, is_younger: bool) -> None:
    known = NotedChanges()
    known.now()
    ready, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with closing(connection), transaction.atomic():
            commit(next_number, "late")
            ready.set()
            may_end.wait(30)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            if is_younger:
                commit(next_number + 1, "overtook")
            writing = pool.submit(write)
            assert ready.wait(30)
            commit(next_number + 2, "overtook")
        made_at = look(known)
        for _ in range(3):
            look(known)
        may_end.set()
        writing.result()
    look(known)
    assert not known.is_fresh({"late"}, made_at)


@passes_over
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("at_once")
def test_what_was_under_way_long_before_a_process_starts_is_not_missed(
    next_number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "ROWS_AT_START", 5)
    for number in range(1, 11):
        commit(next_number + number, "overtook")
    known = NotedChanges()
    made_at = known.now()
    commit(next_number, "late")
    until(lambda: bool(look(known)) and not known.is_fresh({"late"}, made_at))
    made_at = known.now()
    for _ in range(9):
        look(known)
    assert known.is_fresh({"late"}, made_at)


@passes_over
def test_when_too_many_are_missing_nothing_is_kept_and_all_begins_anew(
    next_number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "MAX_GAPS", 10)
    monkeypatch.setattr(freshness, "ROWS_AT_START", 5)
    known = NotedChanges()
    made_at = known.now()
    for number in range(11):
        commit(next_number + 2 * number + 1, "overtook")
    look(known)
    assert not known.is_fresh({"article-1"}, made_at)
    made_at = known.now()
    commit(next_number + 20, "late")
    look(known)
    assert known.is_fresh({"article-1"}, made_at)
    assert not known.is_fresh({"late"}, made_at)


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


def test_while_the_database_does_not_even_refuse_nobody_waits_long(
    known: NotedChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "LONGEST_LOOK", 0.01)
    monkeypatch.setattr(freshness, "PAUSE", 0.01)
    known.looks = aside = Aside()  # type: ignore[assignment]
    Change.objects.note({"article-1"})
    made_at = look(known)
    assert look(known) == made_at
    assert known.is_fresh({"article-1"}, made_at)
    assert (known.is_in_touch, len(aside.asked)) == (False, 1)
    aside.asked[0]()
    assert known.is_in_touch
    assert not known.is_fresh({"article-1"}, made_at)
