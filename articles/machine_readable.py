"""An article with its chain as data, and its sources for reference managers; `docs/machines.md` documents both."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone

from articles.addresses import absolute
from articles.bibliography.citing import Cited, Part, citations
from articles.bibliography.entry import Day, Entry
from articles.bibliography.writing import to_bibtex, to_csl, to_ris
from articles.caching import public_page, shows
from articles.keys import page_keys
from articles.models import Article, Correction, KeyPoint, Source
from articles.moving import follows_article
from articles.passages import blocks_of
from articles.search.document import plain

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@public_page
@follows_article
def article_json(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """Send an article with its chain: key points, passages, evidence, sources and corrections."""
    article = _published(section, slug)
    shows(request, *page_keys(article))
    return _json(as_data(article))


@public_page
def article_schema(request: HttpRequest) -> HttpResponse:
    """Send the JSON Schema of what `article_json` sends."""
    shows(request)
    return _json(SCHEMA | {"$id": _schema_address()}, "application/schema+json")


@public_page
@follows_article
def sources_csl(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """Send an article's sources as CSL-JSON."""
    return _json(to_csl(_entries(request, section, slug)), "application/vnd.citationstyles.csl+json")


@public_page
@follows_article
def sources_bibtex(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """Send an article's sources as BibTeX."""
    return _file(to_bibtex(_entries(request, section, slug)), "application/x-bibtex", f"{slug}.bib")


@public_page
@follows_article
def sources_ris(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """Send an article's sources as RIS."""
    return _file(to_ris(_entries(request, section, slug)), "application/x-research-info-systems", f"{slug}.ris")


def own_citations(article: Article) -> list[tuple[str, list[Part]]]:
    """Return how to cite an article from `with_card()`, by the name of the style, in parts."""
    if article.published_at is None:
        return []
    url = absolute(article.get_absolute_url())
    names = [author["name"] for author in article.byline]
    day = timezone.localdate(article.published_at)
    return citations(Cited(names, article.title, settings.SITE_NAME, day, url))


def as_data(article: Article) -> dict[str, Any]:
    """Return an article from `with_page()` as plain data, as SCHEMA describes it."""
    blocks = {block.anchor: block.text for block in reversed(blocks_of(article.body_html))}
    sources = list(article.sources.all())
    return {
        "$schema": _schema_address(),
        "url": absolute(article.get_absolute_url()),
        "title": article.title,
        "standfirst": article.standfirst,
        "section": {"name": article.section.name, "url": absolute(article.section.get_absolute_url())},
        "authors": [{"name": author["name"], "url": _author_url(author["slug"])} for author in article.byline],
        "tags": [tag["name"] for tag in article.tag_links],
        "published": article.published_at.isoformat() if article.published_at else None,
        "updated": article.updated_at.isoformat(),
        "key_points": [_key_point(point, number, blocks) for number, point in enumerate(article.key_points.all(), 1)],
        "headings": article.headings,
        "body": {"html": article.body_html, "text": " ".join(plain(article.body).split())},
        "sources": [_source(source) for source in sources],
        "independent_reports": article.independent_reports,
        "corrections": [_correction(correction) for correction in article.corrections.all()],
    }


def _key_point(key_point: KeyPoint, number: int, blocks: dict[str, str]) -> dict[str, Any]:
    anchor = key_point.passage_anchor
    return {
        "anchor": f"key-point-{number}",
        "lead": key_point.lead,
        "text": key_point.text,
        "passage": {"anchor": anchor, "words": key_point.passage, "text": blocks.get(anchor, "")} if anchor else None,
        "evidence": [
            {"source": support["number"], "locator": support["locator"], "cited_on": str(support["cited_on"])}
            for support in key_point.support
        ],
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "number": source.position,
        "anchor": f"source-{source.position}",
        "title": source.title,
        "url": source.url or None,
        "outlet": source.outlet,
        "authors": source.authors,
        "published": source.published_on.isoformat() if source.published_on else None,
        "accessed": source.accessed_on.isoformat() if source.accessed_on else None,
        "archive_url": source.archive_url or None,
        "report": source.report,
        "standing": source.work.standing if source.work else "current",
        "standing_note": source.work.standing_note if source.work else "",
        "cited_at": [*source.back_links, *(f"key-point-{number}" for number, _ in source.supported)],
    }


def _correction(correction: Correction) -> dict[str, Any]:
    return {
        "anchor": f"correction-{correction.pk}",
        "made": correction.made_at.isoformat(),
        "about": correction.about,
        "before": correction.before,
        "after": correction.after,
        "text": correction.text,
        "credit": correction.credit,
    }


def _published(section: str, slug: str) -> Article:
    article = Article.objects.published().with_page().filter(section__slug=section, slug=slug).first()
    if article is None:
        raise Http404("There is no such article.")
    return article


def _entries(request: HttpRequest, section: str, slug: str) -> list[Entry]:
    article = _published(section, slug)
    shows(request, *page_keys(article))
    return [_entry(source) for source in article.sources.all()]


def _entry(source: Source) -> Entry:
    published, accessed = (
        Day(day.year, day.month, day.day) if day else None for day in (source.published_on, source.accessed_on)
    )
    authors = tuple(filter(None, (name.strip() for name in source.authors.replace(" and ", ";").split(";"))))
    return Entry(source.title, source.url, source.outlet, authors, published, accessed, source.archive_url)


def _author_url(slug: str) -> str:
    return absolute(reverse("articles:author", args=[slug]))


def _schema_address() -> str:
    return absolute(reverse("articles:article-schema"))


def _json(data: Any, media_type: str = "application/json") -> HttpResponse:
    options = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(data, safe=False, json_dumps_params=options, content_type=media_type)


def _file(text: str, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_EVIDENCE = _object(source=_NUMBER, locator=_TEXT, cited_on=_TEXT | {"format": "date"})
_PASSAGE = {"anyOf": [{"type": "null"}, _object(anchor=_TEXT, words=_TEXT, text=_TEXT)]}
_NAMED = _object(name=_TEXT, url=_TEXT | {"format": "uri"})
SCHEMA: dict[str, Any] = {
    "$schema": DIALECT,
    "title": "An article with its chain of evidence",
    "description": "Key points rest on sources and on passages of the body; anchors are those of the page at `url`.",
    **_object(
        **{"$schema": _TEXT},
        url=_TEXT | {"format": "uri"},
        title=_TEXT,
        standfirst=_TEXT,
        section=_NAMED,
        authors=_list(_NAMED),
        tags=_list(_TEXT),
        published=_MAYBE | {"format": "date-time"},
        updated=_TEXT | {"format": "date-time"},
        key_points=_list(_object(anchor=_TEXT, lead=_TEXT, text=_TEXT, passage=_PASSAGE, evidence=_list(_EVIDENCE))),
        headings=_list(_object(level=_NUMBER, id=_TEXT, text=_TEXT)),
        body=_object(html=_TEXT, text=_TEXT),
        sources=_list(
            _object(
                number=_NUMBER,
                anchor=_TEXT,
                title=_TEXT,
                url=_MAYBE,
                outlet=_TEXT,
                authors=_TEXT,
                published=_MAYBE | {"format": "date"},
                accessed=_MAYBE | {"format": "date"},
                archive_url=_MAYBE,
                report=_NUMBER | {"description": "Sources of one number are the same report in several outlets."},
                standing={"enum": ["current", "retracted", "superseded"]},
                standing_note=_TEXT,
                cited_at=_list(_TEXT),
            )
        ),
        independent_reports=_NUMBER,
        corrections=_list(
            _object(anchor=_TEXT, made=_TEXT, about=_TEXT, before=_TEXT, after=_TEXT, text=_TEXT, credit=_TEXT)
        ),
    ),
}
