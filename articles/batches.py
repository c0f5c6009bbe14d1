"""Only as much at once as a statement takes."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

BATCH = 5_000  # rows: a statement takes only so many values

Value = TypeVar("Value")


def batches(values: Iterable[Value], most: int | None = None) -> Iterator[list[Value]]:
    """Yield values in lists of at most so many, or as many as a statement takes."""
    rest, step = list(values), most or BATCH
    for at in range(0, len(rest), step):
        yield rest[at : at + step]
