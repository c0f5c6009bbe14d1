"""What happens outside a request: tasks every second, chores when they are due, and an end when told."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from comments import housekeeping, linking
from comments.housekeeping import tidy
from comments.linking import send_link_later
from comments.models import Chore, LearnedFilter, RetentionRun
from kiwiguard import worker
from kiwiguard.worker import TaskWorker, working_inside

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keep_the_tests_own_connection(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    settings.MAIL_IS_ON = True


def test_one_look_runs_what_is_due() -> None:
    send_link_later("nobody@hidden.invalid")
    TaskWorker().look()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_the_command_does_it_once_for_cron() -> None:
    send_link_later("nobody@hidden.invalid")
    call_command("worker", once=True)
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert RetentionRun.objects.count() == 1


def test_it_stops_when_told_and_waits_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    working = TaskWorker()
    monkeypatch.setattr(worker, "SECONDS_BETWEEN_LOOKS", 0)
    looks = []

    def look(_: Callable[[], bool]) -> None:
        looks.append(1)
        if len(looks) == 2:
            working.stopping.set()
        raise OperationalError("away")

    monkeypatch.setattr(worker, "run_tasks", look)
    working.run()
    assert len(looks) == 2


def test_tasks_that_take_long_leave_time_for_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SECONDS_AT_TASKS", 0)
    for _ in range(3):
        send_link_later("nobody@hidden.invalid")
    TaskWorker().look()
    assert DBTaskResult.objects.finished().count() == 1


def test_told_to_stop_it_ends_after_the_present_task(monkeypatch: pytest.MonkeyPatch) -> None:
    working = TaskWorker()

    def decrypt(address: str) -> str:
        working.stopping.set()
        return address

    monkeypatch.setattr(linking, "decrypt", decrypt)
    for _ in range(3):
        send_link_later("nobody@hidden.invalid")
    working.look()
    assert DBTaskResult.objects.finished().count() == 1


@pytest.fixture
def _signals_are_as_before() -> Iterator[None]:
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.mark.usefixtures("_signals_are_as_before")
def test_told_to_stop_the_command_for_cron_ends_after_the_present_task(monkeypatch: pytest.MonkeyPatch) -> None:
    def decrypt(address: str) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return address

    monkeypatch.setattr(linking, "decrypt", decrypt)
    for _ in range(3):
        send_link_later("nobody@hidden.invalid")
    call_command("worker", once=True)
    assert DBTaskResult.objects.finished().count() == 1


def test_told_to_stop_it_ends_after_the_present_chore(monkeypatch: pytest.MonkeyPatch) -> None:
    working = TaskWorker()
    (name, pause, _), *others = housekeeping.CHORES
    monkeypatch.setattr(housekeeping, "CHORES", [(name, pause, working.stopping.set), *others])
    send_link_later("nobody@hidden.invalid")
    working.look()
    assert list(Chore.objects.values_list("name", flat=True)) == [name]
    assert DBTaskResult.objects.ready().count() == 1


def test_the_worker_inside_the_server_may_end_its_present_task(monkeypatch: pytest.MonkeyPatch) -> None:
    has_begun, events = threading.Event(), []

    def run_tasks(goes_on: Callable[[], bool]) -> None:
        has_begun.set()
        while goes_on():
            pass
        events.append("sent")

    monkeypatch.setattr(worker, "run_tasks", run_tasks)
    monkeypatch.setattr(worker, "tidy", lambda *_: None)
    with working_inside():
        assert has_begun.wait(20)
    assert events == ["sent"]


def test_what_fails_holds_up_nothing_else_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("It always fails.")

    (name, pause, _), *others = housekeeping.CHORES
    monkeypatch.setattr(housekeeping, "CHORES", [(name, pause, fail), *others])
    monkeypatch.setattr(worker, "run_tasks", fail)
    told = []
    monkeypatch.setattr(worker, "purge_again", lambda: told.append(1))
    with pytest.raises(ExceptionGroup) as told_of:  # so that cron hears of it
        call_command("worker", once=True)
    assert (RetentionRun.objects.count(), len(told)) == (1, 1)
    assert len(told_of.value.exceptions) == 2


def test_each_chore_is_done_once_in_its_time(time_machine: Any) -> None:
    for _ in range(3):
        tidy()
    assert (RetentionRun.objects.count(), LearnedFilter.objects.count()) == (1, 1)
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    tidy()
    assert RetentionRun.objects.count() == 2


def test_two_processes_never_take_the_same_chore() -> None:
    assert [Chore.objects.take("x", timedelta(hours=1)) for _ in range(3)] == [True, False, False]


def test_finished_tasks_are_tidied_away(time_machine: Any) -> None:
    send_link_later("nobody@hidden.invalid")
    TaskWorker().look()
    time_machine.move_to(timezone.now() + timedelta(days=3))
    tidy()
    assert not DBTaskResult.objects.exists()


def test_who_failed_to_sign_in_is_forgotten_once_it_locks_nobody_out(client: Client, time_machine: Any) -> None:
    client.post("/admin/login/", {"username": "somebody", "password": "wrong"})
    tidy()
    assert AccessAttempt.objects.get().username == "somebody"
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    tidy()
    assert not AccessAttempt.objects.exists()
