"""Times as machines read them."""

from datetime import datetime

from django import template

register = template.Library()


@register.filter
def machine_time(moment: datetime) -> str:
    """Return a time for a `datetime` attribute; HTML takes no more than three digits of a second."""
    return moment.isoformat(timespec="seconds")
