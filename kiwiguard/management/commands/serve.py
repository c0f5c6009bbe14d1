"""`manage.py serve`: from an empty folder to a site that answers, with one command."""

import os
import secrets
import socket
import sys
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections, transaction

from articles.models import Section

STAFF_NAME = "admin"
PASSWORD_BYTES = 12
# Memory that is free goes back to the system, and threads share one pool of it. A megabyte may stay for a moment: to
# take it anew for each reply would cost 75 page faults.
MEMORY = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
    "MALLOC_MMAP_THRESHOLD_": "131072",
}


class Command(BaseCommand):
    """Prepares the database and the static files, then hands over to the server."""

    help = "Prepare the site and serve it; the first run loads the sample content and makes a staff account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments; each has an environment variable, for `make run` and systemd."""
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
        parser.add_argument("--workers", type=int, default=os.environ.get("WEB_CONCURRENCY") or 2)
        parser.add_argument("--reload", action="store_true", help="for development: restart when a file changes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM; raises CommandError for a port that is taken."""
        if options["workers"] < 1:
            raise CommandError("WEB_CONCURRENCY must be at least 1: so many processes answer readers.")
        refuse_taken_port(options["host"], options["port"])
        if not options["reload"]:
            claim_port(options["host"], options["port"])
        password = self._prepare()
        self.stdout.write(f"{settings.SITE_NAME} is at {settings.SITE_URL}/")
        if password:
            self.stdout.write(
                f"Staff sign in at {settings.SITE_URL}/admin/ as {STAFF_NAME} with the password {password}"
            )
            self.stdout.write("It is shown only this once: write it down, or change it there.")
        self.stdout.flush()
        connections.close_all()
        if options["reload"]:
            call_command("runserver", f"{options['host']}:{options['port']}")
        else:
            become_server(options["host"], options["port"], options["workers"])

    def _prepare(self) -> str:
        try:
            call_command("migrate", verbosity=0, interactive=False)
            password = first_run()
        except DatabaseError as error:
            raise CommandError(f"The database can't be used: {error}") from error
        if not settings.DEBUG and static_files_are_old():
            call_command("collectstatic", verbosity=0, interactive=False)
        return password


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CommandError if another program listens there, or if we may not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it must be between 0 and 65535"
        raise CommandError(f"Port {port} on {host} can't be used: {reason}. Set PORT to another one.") from error


def claim_port(host: str, port: int) -> None:
    """Keep another server from starting there, from now until all processes of this one have ended, if it is Linux.

    The workers share the port, so it would take no notice; and it is seconds until the first of them listens.
    """
    if sys.platform != "linux":
        return
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0kiwiguard-{host}-{port}")  # a name without a file, which goes with the process
    except OSError as error:
        raise CommandError(f"Port {port} on {host} can't be used: a server has it. Set PORT to another one.") from error
    claim.set_inheritable(True)
    claim.detach()  # so that nothing closes it here, and what this process becomes has it too


@transaction.atomic
def first_run() -> str:
    """Fill an empty site with the sample content and a staff account; return its password, empty on later runs."""
    if User.objects.filter(is_superuser=True).exists():
        return ""
    if not Section.objects.exists():
        call_command("load_sample", stdout=StringIO())
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    User.objects.create_superuser(STAFF_NAME, password=password)
    return password


def static_files_are_old() -> bool:
    """Whether a file changed since they were last collected."""
    collected = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not collected.exists():
        return True
    files = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    return any(Path(file).stat().st_mtime > collected.stat().st_mtime for file in files)


def become_server(host: str, port: int, workers: int) -> None:
    """Replace this process by the server, so that signals and memory are its own."""
    os.chdir(settings.BASE_DIR)
    command = [sys.executable, "-m", "kiwiguard.server", host, str(port), str(workers)]
    os.execve(sys.executable, command, MEMORY | os.environ)  # noqa: S606 - our own program, with arguments of our own
