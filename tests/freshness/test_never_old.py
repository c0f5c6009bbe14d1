"""No page is ever old: changes of every kind, in any order, from several processes, and each process looks at once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = 3
DATABASE = "kiwiguard_freshness"


class Process:
    """A process of the site."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.freshness"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.child = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)  # type: ignore[call-overload]

    def ask(self, **order: Any) -> Any:
        self.tell(**order)
        return self.answer()

    def tell(self, **order: Any) -> None:
        self.child.stdin.write(json.dumps(order) + "\n")
        self.child.stdin.flush()

    def answer(self) -> Any:
        line = self.child.stdout.readline()
        assert line, "The process has ended."
        return json.loads(line)

    def end(self) -> None:
        self.child.stdin.close()
        self.child.wait(timeout=20)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    environment = os.environ | {"DATA_DIR": str(tmp_path_factory.mktemp("site")), "WORKER_INSIDE": "0"}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.freshness.settings", "DATABASE_URL": _database()}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    started = [Process(environment) for _ in range(PROCESSES)]
    yield started
    for process in started:
        process.end()


def _database() -> str:
    """Return the address of an empty database of our own on the server under test; nothing for SQLite."""
    server = django_settings.DATABASES["default"]
    if server["ENGINE"] == "django.db.backends.sqlite3":
        return ""
    address = f"postgres://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT'] or 5432}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return f"{address}/{DATABASE}"


def begin(site: list[Process]) -> None:
    """Start over: what the database held is gone, so nobody may go on from it."""
    site[0].ask(do="begin")
    for process in site:
        process.ask(forget=True)


def test_no_page_is_ever_old(processes: list[Process]) -> None:
    verbs = processes[0].ask(name="verbs")

    class Paper(RuleBasedStateMachine):
        site: ClassVar[list[Process]] = processes

        def __init__(self) -> None:
            super().__init__()
            begin(self.site)

        @rule(process=some.integers(0, PROCESSES - 1), verb=some.sampled_from(verbs), which=some.integers(0, 30))
        def change(self, process: int, verb: str, which: int) -> None:
            self.site[process].ask(do=verb, which=which)

        @rule(seconds=some.sampled_from([20, 61, 86_400]))
        def wait(self, seconds: int) -> None:
            for process in self.site:
                process.tell(wait=seconds)
            for process in self.site:
                process.answer()

        @invariant()
        def every_process_shows_every_page_as_it_is(self) -> None:
            for process in self.site:
                process.tell(look="everywhere")
            assert [process.answer() for process in self.site] == [[]] * PROCESSES

        @invariant()
        def what_is_kept_is_what_counting_says(self) -> None:
            assert self.site[0].ask(count="anew")

    examples = int(os.environ.get("FRESHNESS_EXAMPLES", "6"))
    run_state_machine_as_test(
        Paper,
        settings=settings(
            max_examples=examples, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_what_does_not_show_a_change_stays_kept(processes: list[Process]) -> None:
    one, other = processes[:2]
    begin(processes)
    first, second = "/analysis/the-first/", "/opinion/the-second/"
    for process in (one, other):
        for path in (first, second, "/", "/opinion/"):
            process.ask(look=path)
    one.ask(do="decide", which=0)  # approves, rejects or files as spam the first reply, which is to the first article
    one.ask(do="decide", which=1)
    for process in (one, other):
        assert "hit" not in process.ask(look=first)
        for path in (second, "/", "/opinion/"):
            assert "hit" in process.ask(look=path)
