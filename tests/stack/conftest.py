"""A site of several machines: PostgreSQL, Redis, buckets, a worker for tasks, and app servers with their own disks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from cryptography.fernet import Fernet

from tests.deploy.running import Front, answers, free_port, redis_server, running, s3_store, until

SERVER = os.environ.get("CI_DATABASE_URL", "postgres://root@127.0.0.1:5432/test")
WORKERS = 2


class Machine(Front):
    """An app server that shares nothing with the others but the database, the buckets and the secrets."""

    process: subprocess.Popen[bytes]

    def worker_processes(self) -> list[int]:
        """Return the processes that answer readers, as their parent's arguments name them, as far as they run."""
        parent = Path(f"/proc/{self.process.pid}")
        running = (parent / f"task/{self.process.pid}/children").read_text().split()
        named = (parent / "cmdline").read_text().split("\0")
        return [int(pid) for pid in running if f"{pid}=worker" in named]

    def kill_a_worker(self) -> None:
        os.kill(self.worker_processes()[0], signal.SIGKILL)


@dataclass
class Stack:
    """All of the site's machines."""

    one: Machine
    other: Machine
    redis: subprocess.Popen[bytes]
    buckets: str
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def reading_a_copy(self) -> Iterator[Machine]:
        """Have one more machine, which makes public pages from a copy of the database that never lags."""
        more = {"REPLICA_URL": self.variables["DATABASE_URL"]}
        machine = make_machine(self.folder / "reading", self.variables | more)
        with serving(machine):
            yield machine


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with ExitStack() as running_now:
        redis_address, redis = running_now.enter_context(redis_server(folder))
        buckets = running_now.enter_context(s3_store(folder, "media", "originals"))
        variables = {
            **os.environ,
            "DATABASE_URL": empty_database(),
            "CACHE_URL": redis_address,
            "MEDIA_BUCKET_URL": f"{buckets}/media",
            "ORIGINALS_BUCKET_URL": f"{buckets}/originals",
            "SITE_URL": "http://localhost",
            "SECRET_KEY": "a key that all machines share, of the tests alone",
            "FINGERPRINT_KEY": "another that all machines share, of the tests alone",
            "EMAIL_KEYS": Fernet.generate_key().decode(),
            "WORKER_INSIDE": "0",
            "WEB_CONCURRENCY": str(WORKERS),
        }
        variables.pop("DJANGO_SETTINGS_MODULE", None)
        one, other = machines = [make_machine(folder / name, variables) for name in ("one", "other")]
        one.prepare()
        for machine in machines:
            running_now.enter_context(serving(machine))
        worker = [sys.executable, "manage.py", "worker"]
        running_now.enter_context(running(worker, folder / "worker.log", one.variables))
        yield Stack(one, other, redis, buckets, folder, variables)


@contextmanager
def serving(machine: Machine) -> Iterator[None]:
    """Have a machine answer."""
    command = [sys.executable, "manage.py", "serve", "--port", str(machine.app_port)]
    with running(command, machine.folder / "app.log", machine.variables) as machine.process:
        until(lambda: answers(machine.app_port))
        yield


def make_machine(folder: Path, variables: dict[str, str]) -> Machine:
    folder.mkdir()
    port = free_port()
    machine = Machine(folder.name, folder, f"http://localhost:{port}", port, 0)
    machine.variables = variables | {"DATA_DIR": str(folder / "data")}
    return machine


def empty_database() -> str:
    """Return the address of an empty database of our own."""
    parts = urlsplit(SERVER)
    name = f"{parts.path[1:]}_stack"
    with psycopg.connect(parts._replace(scheme="postgresql", path="/postgres").geturl(), autocommit=True) as asking:
        asking.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        asking.execute(f'CREATE DATABASE "{name}"')
    return parts._replace(path=f"/{name}").geturl()


@pytest.fixture
def article(stack: Stack) -> str:
    """Return the path of an article of its own for a test."""
    title = f"Article {time.monotonic_ns()}"
    return stack.one.do(
        f"from tests.factories import *; print(make_article({title!r}, standfirst='As it was.').get_absolute_url())"
    )
