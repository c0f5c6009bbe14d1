"""What every page of the site knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from articles.models import Section


def site_facts() -> dict[str, str]:
    """Return the name, address and tagline of the site, as the templates call them."""
    return {"name": settings.SITE_NAME, "url": settings.SITE_URL, "tagline": settings.SITE_TAGLINE}


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the site and its sections; the sections are read only by the pages that show them."""
    return {"site": site_facts(), "sections": Section.objects.all()}
