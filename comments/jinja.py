"""What the Jinja templates know: those few whose rendering by Django's own engine would take most of a page's time."""

import calendar
from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment

from articles.richtext import trusted
from articles.templatetags.times import machine_time

_MONTHS = tuple(calendar.month_name)
_ANY = 4_294_967_296  # a number that stands in no pattern of ours


def environment(**options: Any) -> Environment:
    """Return the environment of the Jinja engine; see `TEMPLATES` in the settings."""
    environment = Environment(**options)  # noqa: S701 - Django's engine switches autoescape on
    environment.filters.update(trusted=trusted, machine_time=machine_time, day_and_time=day_and_time)
    environment.globals["path"] = path
    environment.getattr = getattr  # type: ignore[assignment,method-assign]  # objects alone
    return environment


def day_and_time(moment: datetime) -> str:
    """Return a time as readers see it, such as 5 March 2026, 14:05."""
    at = moment.astimezone(timezone.get_default_timezone())
    return f"{at.day} {_MONTHS[at.month]} {at.year}, {at.hour:02}:{at.minute:02}"


def path(name: str, number: int) -> str:
    """Return the path of a page that a number tells apart from its like."""
    return _pattern(name).replace(str(_ANY), str(number))


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[_ANY])
