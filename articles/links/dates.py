"""Dates as pages write them."""

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = re.compile(r"\s*(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"\s*(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?([a-z]{3,9})\.?,?[\s-]+(\d{4})(?!\d)")
_MONTH_DAY = re.compile(r"(?<![a-z])([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
MONTHS = 12
MAX_CHARACTERS = 100
EARLIEST_YEAR = 1000


def read_date(text: str) -> date | None:
    """Return the day that a text names, in the writer's own time zone; None if it names none, or not clearly."""
    words = text[:MAX_CHARACTERS].casefold()
    for year, month, day in (_year_first(words), _year_last(words), _in_words(words)):
        if year >= EARLIEST_YEAR:
            try:
                return date(year, month, day)
            except ValueError:
                continue
    return None


def _year_first(words: str) -> tuple[int, int, int]:
    found = _YEAR_FIRST.match(words)
    return (int(found[1]), int(found[3]), int(found[4])) if found else (0, 0, 0)


def _year_last(words: str) -> tuple[int, int, int]:
    """Read 14.3.2026, which is written with dots, and 14/3/2026 only where no month can be meant by the 14."""
    found = _YEAR_LAST.match(words)
    if not found:
        return 0, 0, 0
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == "." or first > MONTHS or first == second:
        return year, second, first
    return (year, first, second) if second > MONTHS else (0, 0, 0)


def _in_words(words: str) -> tuple[int, int, int]:
    for pattern, day, month in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        found = pattern.search(words)
        if found and found[month] in _MONTHS:
            return int(found[3]), _MONTHS[found[month]], int(found[day])
    return 0, 0, 0
