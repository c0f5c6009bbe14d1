"""How much is measured: all of it, or in a few minutes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """How large the papers are, how long load lasts, and how often all is repeated."""

    name: str
    sizes: tuple[int, ...]
    databases: tuple[str, ...]
    seconds: float  # of load at a time
    repeats: int  # of each load, and of each candidate in turn
    cold_repeats: int  # rounds over all papers, in each of which every page is asked for once or twice
    posts: int  # replies that are timed one by one

    @property
    def is_quick(self) -> bool:
        """Whether it is over in a few minutes."""
        return self.name == "quick"


FULL = Scale(
    "full",
    sizes=(1_000, 100_000, 1_000_000),
    databases=("sqlite", "postgresql"),
    seconds=2,
    repeats=3,
    cold_repeats=9,
    posts=200,
)
QUICK = Scale(
    "quick",
    sizes=(1_000, 10_000),
    databases=("sqlite", "postgresql"),
    seconds=1,
    repeats=3,
    cold_repeats=5,
    posts=100,
)
