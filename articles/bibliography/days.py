"""Dates as lists of sources have them."""

import re
from datetime import date

from articles.bibliography.entry import MONTHS, Day

YEAR_DIGITS = 4
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:/+|T.*)?")
_MONTH = "|".join(f"{month}[a-z]*" for month in MONTHS)
_WRITTEN = (
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?P<month>{_MONTH})\.?,?\s+(?P<year>\d{{4}})", re.IGNORECASE),
    re.compile(rf"(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})", re.IGNORECASE),
    re.compile(rf"(?P<year>\d{{4}}),?\s+(?P<month>{_MONTH})\.?(?:\s+(?P<day>\d{{1,2}}))?", re.IGNORECASE),
    re.compile(rf"(?P<month>{_MONTH})\.?,?\s+(?P<year>\d{{4}})", re.IGNORECASE),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
)


def read_day(text: str) -> Day | None:
    """Return the date that a text is, written in numbers or words; None if it is none."""
    text = text.strip().strip("(){}")
    if found := _ISO.fullmatch(text):
        return make_day(*(int(part or 0) for part in found.groups()))
    return find_day(text)[0] if text else None


def find_day(text: str) -> tuple[Day | None, str]:
    """Return the first date that stands in a text in words or ISO form, and how it is written there."""
    for pattern in _WRITTEN:
        if found := pattern.search(text):
            parts = found.groupdict()
            month = parts["month"]
            number = int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1
            if day := make_day(int(parts["year"]), number, int(parts.get("day") or 0)):
                return day, found[0]
    return None, ""


def read_number(text: str) -> int:
    """Return the number that a text is; 0 if it is none, or longer than any part of a date."""
    return int(text) if text.isdecimal() and len(text) <= YEAR_DIGITS else 0


def make_day(year: int, month: int = 0, day: int = 0) -> Day | None:
    """Return a date, or None if there is no such one."""
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return Day(year, month, day if month else 0)
