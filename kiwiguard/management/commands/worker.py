"""`manage.py worker`: mail and chores in a process of their own, for sites with `WORKER_INSIDE=0`."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kiwiguard.worker import TaskWorker


class Command(BaseCommand):
    """Works off the task queue."""

    help = "Send mail and do the daily chores, until stopped; with --once what is due now, for cron."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--once", action="store_true", help="do what is due now, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until SIGTERM or Ctrl-C, which let the present task end."""
        worker = TaskWorker()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: worker.stopping.set())
        if options["once"]:
            worker.look()
        else:
            worker.run()
