"""JSON-LD for machines that read the page: schema.org's NewsArticle."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from articles.addresses import absolute
from articles.models import Article, Correction, Source


def news_article(article: Article) -> dict[str, Any]:
    """Describe an article from `with_page()` and its number of visible replies; see https://schema.org/NewsArticle."""
    url = absolute(article.get_absolute_url())
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "mainEntityOfPage": url,
        "url": url,
        "headline": article.title,
        "description": article.standfirst,
        "abstract": "\n".join(str(key_point) for key_point in article.key_points.all()),
        "articleSection": article.section.name,
        "keywords": [tag["name"] for tag in article.tag_links],
        "inLanguage": settings.LANGUAGE_CODE,
        "isAccessibleForFree": True,
        "datePublished": article.published_at.isoformat() if article.published_at else "",
        "dateModified": article.updated_at.isoformat(),
        "author": [_person(author["name"], author["slug"]) for author in article.byline] or [_publisher()],
        "publisher": _publisher(),
        "image": _image(article),
        "citation": [_citation(source) for source in article.sources.all()],
        "correction": [_correction(url, correction) for correction in article.corrections.all()],
        "commentCount": 0,  # it is put in with the replies
        "discussionUrl": f"{url}#replies",
    }
    return _without_blanks(facts)


def _person(name: str, slug: str) -> dict[str, str]:
    return {"@type": "Person", "name": name, "url": absolute(reverse("articles:author", args=[slug]))}


def _publisher() -> dict[str, str]:
    return {"@type": "NewsMediaOrganization", "name": settings.SITE_NAME, "url": absolute("/")}


def _image(article: Article) -> dict[str, Any]:
    if article.cover is None:
        return {}
    caption = {"caption": article.cover.alternative_text, "creditText": article.cover.credit}
    return _without_blanks({"@type": "ImageObject", "url": article.cover.full_url, **caption})


def _citation(source: Source) -> dict[str, Any]:
    facts = {
        "@type": "CreativeWork",
        "position": source.position,
        "name": source.title,
        "url": source.url,
        "author": source.authors,
        "publisher": {"@type": "Organization", "name": source.outlet} if source.outlet else {},
        "datePublished": source.published_on.isoformat() if source.published_on else "",
        "archivedAt": source.archive_url,
    }
    return _without_blanks(facts)


def _correction(url: str, correction: Correction) -> dict[str, str]:
    return {
        "@type": "CorrectionComment",
        "@id": f"{url}#correction-{correction.pk}",
        "text": correction.text,
        "datePublished": correction.made_at.isoformat(),
    }


def _without_blanks(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in ("", [], {}, None)}
