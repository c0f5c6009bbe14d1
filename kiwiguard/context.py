"""What every page of the site knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from articles.caching import Common
from articles.models import Section


class Frame:
    """The sections as they are at one time, and the parts around every page that were rendered of these very ones."""

    def __init__(self) -> None:
        self.sections = list(Section.objects.all())
        self.parts: dict[tuple[str, int | None], str] = {}  # safe ones


_frame = Common("site", Frame)


def site_facts() -> dict[str, str]:
    """Return the name, address and tagline of the site, as the templates call them."""
    return {"name": settings.SITE_NAME, "url": settings.SITE_URL, "tagline": settings.SITE_TAGLINE}


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the site and its frame; the sections are read only by the pages that show them."""
    frame: Any = SimpleLazyObject(lambda: _frame.as_of(request))
    return {"site": site_facts(), "frame": frame, "sections": SimpleLazyObject(lambda: frame.sections)}
