"""What is going on, on stderr: the results alone go to stdout."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Row = TypeVar("Row")

BAR_CHARACTERS = 30
SECONDS_BETWEEN = 0.2 if sys.stderr.isatty() else 10.0
_START, _END = ("\r\033[K", "") if sys.stderr.isatty() else ("", "\n")
LOOK_EVERY = 1_000  # rows


def say(text: str) -> None:
    """Say what begins."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Bar:
    """A progress bar over something whose number is known."""

    def __init__(self, what: str, total: int, unit: str = "rows") -> None:
        self.what, self.total, self.unit = what, total, unit
        self.done = 0
        self.began = time.monotonic()
        self.shown_at = 0.0

    def count(self, rows: Iterable[Row], label: str) -> Iterator[Row]:
        """Yield the rows, and show how far it is."""
        number = 0
        for number, row in enumerate(rows, 1):
            yield row
            if number % LOOK_EVERY == 0:
                self.step(LOOK_EVERY, label)
        self.step(number % LOOK_EVERY, label)

    def step(self, rows: int, label: str) -> None:
        """Show that so many more rows are done."""
        self.done += rows
        if time.monotonic() - self.shown_at >= SECONDS_BETWEEN:
            self._show(label)

    def end(self) -> None:
        """Show that it is over."""
        self.done = self.total
        self._show("done\n" if sys.stderr.isatty() else "done")

    def _show(self, label: str) -> None:
        self.shown_at = time.monotonic()
        filled = BAR_CHARACTERS * self.done // self.total if self.total else BAR_CHARACTERS
        bar = "█" * filled + "·" * (BAR_CHARACTERS - filled)
        seconds = self.shown_at - self.began
        count = f"{self.done:,} of {self.total:,} {self.unit}, {seconds:.0f} s"
        sys.stderr.write(f"{_START}{self.what} {bar} {count}  {label}{_END}")
        sys.stderr.flush()
