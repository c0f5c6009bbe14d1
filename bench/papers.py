"""Papers of any size on either database: made once, and used again as long as the product's tables are the same."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bench import places
from bench.progress import say

SEED = 5
REPLIES = 10  # of each article
FEWER_FROM, FEWER_REPLIES = 1_000_000, 5
GOOD_FOR = 30 * 24 * 60 * 60  # seconds: discussions close when articles grow old
PATIENCE, MAKING = 600, 3 * 60 * 60  # seconds that a step may take, and the making of a paper
BYTES_PER_ARTICLE = 40_000  # of a paper, its indexes and what is needed meanwhile; generously
DECIDING = (
    "*/migrations/*.py",
    "bench/making/*.py",
    "articles/*.py",
    "articles/models/*.py",
    "templates/articles/*.html",
)
SITE_URL = "http://localhost"  # stands in what is made of each article, so it is the same for all


class BenchError(Exception):
    """Something that a person has to put right first."""


@dataclass(frozen=True)
class Paper:
    """A paper of a size on a database, `sqlite` or `postgresql`."""

    database: str
    size: int
    seed: int = SEED
    use: str = ""  # what a copy is for

    @property
    def replies(self) -> int:
        """How many replies each of its articles has."""
        return FEWER_REPLIES if self.size >= FEWER_FROM else REPLIES

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return f"{self.database}-{self.size}-{self.seed}-{_digest()}{self.use}"

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return places.FOLDER / "papers" / self.name

    @property
    def database_name(self) -> str:
        """What its database on PostgreSQL is called."""
        return f"{_database_prefix()}_{self.size}_{self.seed}_{_digest()}{self.use}"

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What is known of it since it was made."""
        facts: dict[str, Any] = json.loads((self.folder / "paper.json").read_text())
        return facts

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of the site's processes."""
        ours = {
            "DJANGO_SETTINGS_MODULE": "kiwiguard.settings",
            "DATA_DIR": str(self.folder),
            "SITE_URL": SITE_URL,
            "PYTHONPATH": str(places.ROOT),
        }
        if self.database == "postgresql":
            ours["DATABASE_URL"] = urlsplit(places.DATABASE_URL)._replace(path=f"/{self.database_name}").geturl()
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        return {**kept, **ours, **more}

    def make(self) -> None:
        """Make it, unless it is there."""
        made = self.folder / "paper.json"
        if made.exists() and time.time() - made.stat().st_mtime < GOOD_FOR:
            return
        self._clear()
        self._require_room()
        self.folder.mkdir(parents=True)
        say(f"A paper of {self.size:,} articles with {self.replies} replies each, on {self.database}")
        manage = [sys.executable, "manage.py"]
        for command in (["migrate", "-v0"], ["collectstatic", "-v0", "--noinput"]):
            subprocess.run([*manage, *command], cwd=places.ROOT, env=self.environment(), check=True, timeout=PATIENCE)
        with self.process() as site:
            facts = site.do("make", size=self.size, replies=self.replies, seed=self.seed)
        made.write_text(json.dumps(facts, indent=1))

    def do_chores(self) -> None:
        """Do what a site does every day or hour, so that it isn't done while something is measured."""
        command = [sys.executable, "manage.py", "worker", "--once"]
        subprocess.run(command, cwd=places.ROOT, env=self.environment(), check=True, timeout=PATIENCE)

    @contextmanager
    def process(self, **variables: str) -> Iterator["Process"]:
        """Run a process of the site that does what it is told."""
        command = [sys.executable, "-m", "bench.inside"]
        environment = self.environment(WORKER_INSIDE="0", TRUSTED_PROXIES="127.0.0.1", **variables)
        pipe = subprocess.PIPE
        run = subprocess.Popen(command, cwd=places.ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)
        try:
            yield Process(run)
        finally:
            run.kill()
            with suppress(BrokenPipeError):
                run.communicate()

    @contextmanager
    def copied(self) -> Iterator["Paper"]:
        """Make a copy to write in, and throw it away afterwards."""
        copy = replace(self, use="_copy")
        shutil.rmtree(copy.folder, ignore_errors=True)
        shutil.copytree(self.folder, copy.folder)
        if self.database == "postgresql":
            _make_database(copy.database_name, like=self.database_name)
        try:
            yield copy
        finally:
            shutil.rmtree(copy.folder)
            if self.database == "postgresql":
                _drop_database(copy.database_name)

    def _clear(self) -> None:
        """Throw away what was begun, and the papers of the same size in this folder that are out of date."""
        for folder in (places.FOLDER / "papers").glob(f"{self.database}-{self.size}-*"):
            if self.database == "postgresql":
                _, size, seed, rest = folder.name.split("-")
                _drop_database(f"{_database_prefix()}_{size}_{seed}_{rest}")
            shutil.rmtree(folder)
        if self.database == "postgresql":
            _make_database(self.database_name)

    def _require_room(self) -> None:
        places.FOLDER.mkdir(parents=True, exist_ok=True)
        free, needed = shutil.disk_usage(places.FOLDER).free, self.size * BYTES_PER_ARTICLE
        if free < needed:
            raise BenchError(
                f"A paper of {self.size:,} articles needs {needed >> 30} GB, and {places.FOLDER} has {free >> 30}:"
                " make room, or set BENCH_DIR."
            )


class Process:
    """A process of the site: one JSON order a line goes in, one JSON answer a line comes out."""

    def __init__(self, run: "subprocess.Popen[str]") -> None:
        self.run = run

    def do(self, verb: str, **facts: Any) -> Any:
        """Have something done there, and return the answer; raises BenchError if none comes."""
        assert self.run.stdin is not None  # noqa: S101 - both are pipes
        assert self.run.stdout is not None  # noqa: S101
        patience = threading.Timer(MAKING if verb == "make" else PATIENCE, self.run.kill)
        patience.start()
        try:
            self.run.stdin.write(json.dumps({"do": verb, **facts}) + "\n")
            self.run.stdin.flush()
            line = self.run.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            patience.cancel()
        if not line:
            raise BenchError(
                f"The process of the site ended, with {self.run.wait()}, when it was to {verb}; see above."
            )
        return json.loads(line)


@cache
def _digest() -> str:
    """Return a digest of what decides on the rows: the tables, how they are filled, and what makes parts of pages."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in DECIDING for file in places.ROOT.glob(pattern)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def _database_prefix() -> str:
    return urlsplit(places.DATABASE_URL).path.strip("/")


def _make_database(name: str, *, like: str = "template1") -> None:
    """Make a database as another one is, in place of what was begun of it."""
    _drop_database(name)
    with _postgresql() as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(like)))


def _drop_database(name: str) -> None:
    with _postgresql() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _postgresql() -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    try:
        url = places.DATABASE_URL.replace("postgres://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise BenchError(
            f"PostgreSQL can't be used: {error}\nSet BENCH_DATABASE_URL to a database of a user who may create others."
        ) from error
