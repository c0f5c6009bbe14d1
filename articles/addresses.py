"""Full addresses of the site's pages."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the full address of a path, by the site's own setting: no Host header ever gets into a page."""
    return f"{settings.SITE_URL}{path}"
