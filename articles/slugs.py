"""The parts of an address that people choose, and the words they can't choose."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls.converters import SlugConverter
from django.utils.text import slugify

MAX_SLUG_LENGTH = 120
YEAR_DIGITS = 4

# The first part of a path is a section's slug, so a section can't be called what the site itself is called there.
RESERVED_SECTION_SLUGS = (
    "admin", "archive", "authors", "corrections", "feed", "healthz", "media", "moderation", "news-sitemap", "outlets",
    "page", "preview", "replies", "robots", "schema", "search", "sitemap", "static", "tags",
)  # fmt: skip
RESERVED_ARTICLE_SLUGS = ("feed", "page", "replies")


def validate_section_slug(slug: str) -> None:
    """Raise ValidationError for a section's slug that an address of the site already uses, or that reads as a year."""
    if slug in RESERVED_SECTION_SLUGS or (slug.isdigit() and len(slug) == YEAR_DIGITS):
        raise ValidationError("“%(slug)s” is an address of the site itself.", code="reserved", params={"slug": slug})


def validate_article_slug(slug: str) -> None:
    """Raise ValidationError for an article's slug that stands for something else in every section."""
    if slug in RESERVED_ARTICLE_SLUGS:
        raise ValidationError("“%(slug)s” is an address of the section itself.", code="reserved", params={"slug": slug})


class SectionSlug(SlugConverter):
    """The first part of an article's path: any slug but the site's own words."""

    regex = rf"(?!(?:{'|'.join(RESERVED_SECTION_SLUGS)})/)[-a-zA-Z0-9_]+"


def slug_from(title: str, *, most: int = MAX_SLUG_LENGTH, stand_in: str = "article") -> str:
    """Return the slug that a title suggests; a title without any Latin letter or digit gets a stable stand-in."""
    words = slugify(title.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    slug = words[:most].rsplit("-", 1)[0] if len(words) > most else words
    if not slug or slug in RESERVED_ARTICLE_SLUGS:
        digest = hashlib.sha256(title.encode()).hexdigest()[:8]
        return f"{slug or stand_in}-{digest}"
    return slug


def free_slug(wanted: str, rows: QuerySet[Any]) -> str:
    """Return the slug that is wanted, or that with the first number behind it that none of these rows has."""
    taken = set(rows.filter(slug__startswith=wanted).values_list("slug", flat=True))
    candidates = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)
