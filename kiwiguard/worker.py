"""Working off what happens outside a request: mail, and the chores of every day.

By default the server does it in a thread of its own; a larger site runs `manage.py worker` instead.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from comments.housekeeping import do_all, tidy
from kiwiguard.fronts import purge_again

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_CHORES = 60
SECONDS_AT_TASKS = 60  # after which none is begun, so that a mail server that is slow holds up no chore for long
SECONDS_TO_FINISH = 60  # for a task that is being done at the end: a mail takes many answers of its server
logger = logging.getLogger(__name__)


class TaskWorker:
    """Looks for tasks every second and for chores every minute, until it is told to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.at_tasks = threading.Lock()
        self.next_chores = 0.0

    def run(self) -> None:
        """Work until `stopping` is set; a database that is away for a while is waited for."""
        while self.goes_on():
            try:
                self.look()
            except Exception:
                logger.exception("A part of the worker's work failed; it goes on.")
            close_old_connections()
            self.stopping.wait(SECONDS_BETWEEN_LOOKS)

    def goes_on(self) -> bool:
        """Whether another task or chore may be begun."""
        return not self.stopping.is_set()

    def look(self) -> None:
        """Do what is due now; what fails holds up nothing else, and is raised as `do_all` does."""
        is_time_for_chores = time.monotonic() >= self.next_chores
        if is_time_for_chores:
            self.next_chores = time.monotonic() + SECONDS_BETWEEN_CHORES
        work: list[Callable[[], object]] = [self._run_tasks, purge_again]
        if is_time_for_chores:
            work.insert(0, partial(tidy, self.goes_on))
        do_all(do for do in work if self.goes_on())

    def finish(self) -> None:
        """Begin no more, and wait for the present task, which would be done again; a chore may break off."""
        self.stopping.set()
        self.at_tasks.acquire(timeout=SECONDS_TO_FINISH)

    def _run_tasks(self) -> None:
        with self.at_tasks:
            run_tasks(self.goes_on)


class Tasks(Worker):
    """Runs the tasks that are due, for as long as it may, and not for long."""

    def __init__(self, goes_on: Callable[[], bool]) -> None:
        self.goes_on, self.until = goes_on, time.monotonic() + SECONDS_AT_TASKS
        super().__init__(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        """Run one, and let it be the last if it is time for something else, or to stop."""
        super().run_task(db_task_result)
        self.running = self.goes_on() and time.monotonic() < self.until


def run_tasks(goes_on: Callable[[], bool] = lambda: True) -> None:
    """Run the tasks that are due, as `Tasks` does, and return."""
    if DBTaskResult.objects.ready().exists():
        Tasks(goes_on).run()


@contextmanager
def working_inside() -> Iterator[None]:
    """Have a worker in this process meanwhile, unless `WORKER_INSIDE` is off; its present task may end."""
    if not settings.WORKER_INSIDE:
        yield
        return
    worker = TaskWorker()
    threading.Thread(target=worker.run, name="tasks", daemon=True).start()
    yield
    worker.finish()
