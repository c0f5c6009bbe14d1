"""The article that every candidate shows, and where their programs come from."""

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import places
from bench.papers import BenchError, Paper

FOLDER = places.FOLDER / "rivals"
INSTALLING = 600  # seconds at most


@dataclass(frozen=True)
class Content:
    """The measured article: its parts as HTML or text, and its replies, each with the number of what it answers."""

    title: str
    standfirst: str
    body: str
    key_points: list[str]
    sources: list[dict[str, str]]
    replies: list[dict[str, Any]]

    @classmethod
    def of(cls, paper: Paper) -> "Content":
        """Return the content of a paper's measured article."""
        with paper.process() as process:
            return cls(**process.do("content", path=paper.facts["article"]))

    @property
    def page(self) -> str:
        """All but the title as one piece of HTML, for systems that know no key points and no sources."""
        points = "".join(f"<li>{point}</li>" for point in self.key_points)
        entries = "".join(f'<li><a href="{source["url"]}">{source["title"]}</a></li>' for source in self.sources)
        return f"<p>{self.standfirst}</p><ul>{points}</ul>{self.body}<h2>Sources</h2><ol>{entries}</ol>"


def python_with(name: str, *packages: str) -> Path:
    """Return the Python of an environment with some packages from PyPI; raises BenchError if they can't be had."""
    folder = FOLDER / name / "venv"
    done = folder / f"{'_'.join(packages)}.installed"
    python = folder / "bin" / "python"
    if done.exists():
        return python
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    sys.stderr.write(f"Installing {' '.join(packages)}\n")
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALLING)
    if run.returncode:
        raise BenchError(f"{name} can't be had from PyPI: {run.stderr.strip().splitlines()[-1]}")
    done.touch()
    return python


def run_or_fail(name: str, command: list[str], **options: Any) -> str:
    """Run a step of making a rival's site; raises BenchError with what it said."""
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALLING, **options)
    if run.returncode:
        raise BenchError(f"{name} can't be set up: {(run.stderr or run.stdout).strip()[-300:]}")
    return str(run.stdout)
