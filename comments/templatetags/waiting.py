"""Spans of time, in words."""

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def duration(span: timedelta) -> str:
    """Return a span in the largest unit that fits, such as “about 3 hours”."""
    seconds = span.total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = round(seconds / length)
            return f"about {count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
