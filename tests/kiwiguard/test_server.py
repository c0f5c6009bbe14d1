"""The server as `manage.py serve` starts it: processes that are watched, and replaced."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.deploy.running import ROOT, free_port, until

WORKERS = 2
PROCESSES = WORKERS + 1  # and the intake


class Site:
    """A site of its own, in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "log"
        self.environment = os.environ | {
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(WORKERS),
        }
        for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "CACHE_URL", "HOST"):
            self.environment.pop(name, None)

    def start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "manage.py", "serve"]
        with self.log.open("wb") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        server = self.start()
        try:
            until(self.answers)
            yield server
        finally:
            server.terminate()
            server.wait(20)

    def answers(self) -> bool:
        try:
            return self.asked("GET") == 200
        except (OSError, HTTPException):
            return False

    def asked(self, method: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, "/")
            return connection.getresponse().status
        finally:
            connection.close()


def children(server: "subprocess.Popen[bytes]") -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()}


def intake_of(server: "subprocess.Popen[bytes]") -> int:
    """Return the process id of the intake: a parent that has begun anew has it in its arguments."""
    known = Path(f"/proc/{server.pid}/cmdline").read_text().split("\0")
    return int(next(part for part in known if part.endswith("=intake")).partition("=")[0])


def is_over(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site"))


def test_the_first_run_prints_a_password_and_what_is_killed_is_replaced(site: Site) -> None:
    with site.running() as server:
        assert b"password" in site.log.read_bytes()
        before = children(server)
        assert len(before) == PROCESSES
        for victim in sorted(before):
            os.kill(victim, signal.SIGKILL)
            until(lambda gone=victim: gone not in children(server) and len(children(server)) == PROCESSES)  # type: ignore[misc]
        until(site.answers)
        assert not before & children(server)
        assert server.poll() is None


def test_what_is_sent_while_the_intake_is_away_is_answered_by_the_next_one(site: Site) -> None:
    with site.running() as server:
        intake = intake_of(server)
        assert site.asked("POST") == 403
        os.kill(intake, signal.SIGSTOP)
        with ThreadPoolExecutor(1) as client:
            waiting = client.submit(site.asked, "POST")
            assert site.answers()
            os.kill(intake, signal.SIGKILL)
            assert waiting.result() in {403, 503}
        assert site.asked("POST") == 403


def test_it_ends_at_once_with_all_its_processes(site: Site) -> None:
    for ending in (signal.SIGTERM, signal.SIGINT):
        with site.running() as server:
            others = children(server)
            server.send_signal(ending)
            assert server.wait(20) == 0
            assert all(is_over(pid) for pid in others)
    assert b"password" not in site.log.read_bytes()  # it is an existing site


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems don't tell who has lost a parent")
def test_no_process_outlives_a_killed_parent(site: Site) -> None:
    with site.running() as server:
        others = children(server)
        server.kill()
        server.wait()
        until(lambda: all(is_over(pid) for pid in others))
    with site.running():
        assert site.answers()


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems have no names without files")
def test_of_two_that_start_at_once_one_gets_the_port(site: Site, tmp_path: Path) -> None:
    second = Site(tmp_path)
    second.environment["PORT"] = str(site.port)
    one, other = site.start(), second.start()
    until(lambda: one.poll() is not None or other.poll() is not None)
    refused, left, log = (one, other, site.log) if one.poll() is not None else (other, one, second.log)
    try:
        assert refused.returncode == 1
        assert f"Port {site.port} on 127.0.0.1 can't be used".encode() in log.read_bytes()
        until(site.answers)
        assert left.poll() is None
    finally:
        for server in (one, other):
            server.terminate()
            server.wait(20)


def test_it_says_why_it_cannot_start(site: Site, tmp_path: Path) -> None:
    with site.running():
        second = Site(tmp_path)
        second.environment["PORT"] = str(site.port)
        assert second.start().wait(60) == 1
        assert f"Port {site.port} on 127.0.0.1 can't be used".encode() in second.log.read_bytes()
    second.environment["SECRET_KEY"] = "change me"
    assert second.start().wait(60) == 1
    assert b"SECRET_KEY is missing or a sample" in second.log.read_bytes()
    assert b"Traceback" not in second.log.read_bytes()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "oracle://user:password@127.0.0.1/paper"),
        ("CACHE_URL", "nonsense"),
        ("EMAIL_URL", "nonsense"),
        ("EMAIL_KEYS", "abc"),
        ("PAGE_CACHE_MB", "much"),
        ("PAGE_CACHE_MB", "-1"),
        ("WORKER_INSIDE", "maybe"),
        ("TRUSTED_PROXIES", "nginx"),
        ("WEB_CONCURRENCY", "0"),
    ],
)
def test_it_says_which_variable_it_cannot_read(tmp_path: Path, name: str, value: str) -> None:
    site = Site(tmp_path)
    site.environment[name] = value
    assert site.start().wait(60) == 1
    said = site.log.read_text()
    assert name in said
    assert "Traceback" not in said
    assert "password" not in said


@pytest.mark.parametrize("value", ["nonsense:password", "mysql://user:password@127.0.0.1/paper"])
def test_a_copy_of_another_database_than_postgresql_is_refused(tmp_path: Path, value: str) -> None:
    site = Site(tmp_path)
    site.environment |= {"DATABASE_URL": "postgres://user:password@127.0.0.1:1/paper", "REPLICA_URL": value}
    assert site.start().wait(60) == 1
    said = site.log.read_text()
    assert "REPLICA_URL" in said
    assert "Traceback" not in said
    assert "password" not in said
