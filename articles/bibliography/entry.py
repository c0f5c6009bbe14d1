"""One source, as every format has it."""

from dataclasses import dataclass

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Day:
    """A date that may lack its day, or its month as well."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def parts(self) -> list[int]:
        """Return what is known, from the year on."""
        return [part for part in (self.year, self.month, self.month and self.day) if part]

    def __str__(self) -> str:
        return "-".join(f"{part:0{4 if place == 0 else 2}}" for place, part in enumerate(self.parts))


@dataclass(frozen=True)
class Entry:
    """A source: what is empty isn't known."""

    title: str
    url: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    published: Day | None = None
    accessed: Day | None = None
    archive_url: str = ""


@dataclass(frozen=True)
class Problem:
    """Something in a list that could not be read: where, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class UnreadableListError(Exception):
    """A list that can't be read at all; the message says why."""
