"""Results: kept a part at a time, and written together as Markdown; every figure in it was measured."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.plot import Chart

HEAD = """# Performance

Every figure on this page was measured by `make bench` and written by it; nothing is typed in by hand. A part that was
measured on another day than the rest says so itself. `make bench-quick` measures smaller papers for a shorter time.
"""


@dataclass(frozen=True)
class Table:
    """What was measured: a title, a few words on how, and rows of text below names of columns."""

    title: str
    text: str
    columns: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """Return it as Markdown, its columns as wide as they have to be."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
        rule = ["-" * width for width in widths]
        table = "\n".join(f"| {' | '.join(line)} |" for line in [padded[0], rule, *padded[1:]])
        return f"### {self.title}\n\n{self.text}\n\n{table}\n"


@dataclass
class Part:
    """What one part of the bench found."""

    name: str
    title: str
    tables: list[Table]
    charts: list[Chart] = field(default_factory=list)
    measured: dict[str, str] = field(default_factory=dict)  # on which machine, when, with what
    failures: list[str] = field(default_factory=list)  # what of it couldn't be measured, and why

    def save(self, folder: Path) -> None:
        """Keep it, so that other parts can be measured anew beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, folder: Path, name: str) -> "Part | None":
        """Return what was kept last; nothing, if nothing was or another version of the bench did it."""
        file = folder / f"{name}.json"
        if not file.exists():
            return None
        facts: dict[str, Any] = json.loads(file.read_text())
        try:
            facts["tables"] = [Table(**table) for table in facts["tables"]]
            facts["charts"] = [Chart(**{**chart, "bars": list(map(tuple, chart["bars"]))}) for chart in facts["charts"]]
            return cls(**facts)
        except (KeyError, TypeError):
            return None

    def markdown(self) -> str:
        """Return all of it as Markdown."""
        facts = "; ".join(f"{name}: {value}" for name, value in self.measured.items())
        return "\n".join([f"## {self.title}\n", f"{facts}.\n", *(table.markdown() for table in self.tables)])


def report(parts: Iterable[Part], *, plot: str = "") -> str:
    """Return the whole page."""
    picture = f"![The main figures as bars]({plot})\n" if plot else ""
    return "\n".join(filter(None, [HEAD, picture, *(part.markdown() for part in parts)]))


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return float(median(values))


def number(value: float) -> str:
    """Return a figure with as many digits as it is worth."""
    if value >= 1000:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - likewise


def held(is_held: bool) -> str:  # noqa: FBT001 - the one thing that it is about
    """Return the mark of a target that is met, or missed."""
    return "✓" if is_held else "✗"
