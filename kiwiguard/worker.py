"""Working off what happens outside a request: mail, and the chores of every day.

By default the server does it in a thread of its own; a larger site runs `manage.py worker` instead.
"""

import logging
import threading
import time

from django.conf import settings
from django.db import close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from comments.housekeeping import do_all, tidy
from kiwiguard.fronts import purge_again

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_CHORES = 60
TASKS_PER_LOOK = 50  # so that a mail server that hangs holds up no chore for long
logger = logging.getLogger(__name__)


class TaskWorker:
    """Looks for tasks every second and for chores every minute, until it is told to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.next_chores = 0.0

    def run(self) -> None:
        """Work until `stopping` is set; a database that is away for a while is waited for."""
        while not self.stopping.is_set():
            try:
                self.look()
            except Exception:
                logger.exception("A part of the worker's work failed; it goes on.")
            close_old_connections()
            self.stopping.wait(SECONDS_BETWEEN_LOOKS)

    def look(self) -> None:
        """Do what is due now; what fails holds up nothing else, and is raised as `do_all` does."""
        is_time_for_chores = time.monotonic() >= self.next_chores
        if is_time_for_chores:
            self.next_chores = time.monotonic() + SECONDS_BETWEEN_CHORES
        do_all([*([tidy] if is_time_for_chores else []), run_tasks, purge_again])


def run_tasks() -> None:
    """Run the tasks that are due, at most TASKS_PER_LOOK, and return."""
    if not DBTaskResult.objects.ready().exists():
        return
    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=TASKS_PER_LOOK,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    worker.run()


def start_inside() -> None:
    """Start a worker in this process, unless `WORKER_INSIDE` is off."""
    if settings.WORKER_INSIDE:
        threading.Thread(target=TaskWorker().run, name="tasks", daemon=True).start()
