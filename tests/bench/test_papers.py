"""Papers are kept, made anew when they have to be, and never more than fits."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from bench import places
from bench.papers import BenchError, Paper


class Usage(NamedTuple):
    """What `shutil.disk_usage` says."""

    total: int = 100
    used: int = 99
    free: int = 1


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "FOLDER", tmp_path)


def keep(paper: Paper, facts: str = "{}") -> None:
    paper.folder.mkdir(parents=True)
    (paper.folder / "paper.json").write_text(facts)


def test_a_paper_that_is_there_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)  # nothing is started
    paper = Paper("sqlite", 1_000)
    keep(paper, '{"article": "/analysis/it/"}')
    paper.make()
    assert paper.facts == {"article": "/analysis/it/"}


def test_another_seed_size_or_database_is_another_paper() -> None:
    names = {Paper("sqlite", 100).name, Paper("sqlite", 200).name, Paper("sqlite", 100, 7).name}
    assert len({*names, Paper("postgresql", 100).name}) == 4


def test_what_is_too_large_is_refused_before_it_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage())
    with pytest.raises(BenchError, match=r"1,000,000 articles needs 37 GB, and .* has 0: make room, or set BENCH_DIR"):
        Paper("sqlite", 1_000_000).make()


def test_a_copy_is_thrown_away_after_use() -> None:
    paper = Paper("sqlite", 100)
    keep(paper)
    with paper.copied() as copy:
        assert (copy.folder / "paper.json").exists()
        assert copy.folder != paper.folder
    assert not copy.folder.exists()
    assert paper.folder.exists()


def test_a_process_that_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    paper = Paper("sqlite", 100)
    keep(paper)
    with paper.process() as process, pytest.raises(BenchError, match="ended, with 1, when it was to count"):
        process.do("count", path="/")


def test_without_postgresql_it_is_said_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    with pytest.raises(BenchError, match=r"(?s)PostgreSQL can't be used: .*Set BENCH_DATABASE_URL"):
        Paper("postgresql", 100).make()
