"""On what was measured: the machine, the day and the versions."""

import os
import platform
import re
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import places

PROGRAMS = {"nginx": ["nginx", "-v"], "wrk": ["wrk", "-v"], "PostgreSQL": ["psql", "--version"]}


def measured() -> dict[str, str]:
    """Return what a part says of how it was measured."""
    packages = {name: version(name) for name in ("Django", "uvicorn")}
    programs = {name: _version(command) for name, command in PROGRAMS.items()}
    versions = {"Python": platform.python_version(), **packages, "SQLite": sqlite3.sqlite_version, **programs}
    return {
        "Measured": f"{datetime.now(tz=UTC):%-d %B %Y, %H:%M} UTC",
        "commit": _output(["git", "rev-parse", "--short", "HEAD"]) or "unknown",
        "machine": f"{_processor()}, {os.cpu_count()} cores, {_memory()}, Linux {platform.release()}",
        "with": ", ".join(f"{name} {number}" for name, number in versions.items() if number),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory() -> str:
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    return f"{kilobytes / 2**20:.0f} GB"


def _version(command: list[str]) -> str:
    found = re.search(r"\d+\.[\d.]+", _output(command))
    return found[0] if found else ""


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, cwd=places.ROOT, capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip()
