"""What a page says of itself: title, outlet, authors and date, from the formats that newsrooms and journals use.

In this order: Highwire's `citation_…`, JSON-LD (schema.org), Open Graph and `article:…`, Dublin Core, then plain HTML.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from articles.links.dates import read_date
from articles.links.reading import Reading
from articles.richtext import clean_line

MAX_AUTHORS = 20
MAX_NODES = 2_000

_TITLES = ("citation_title", "og:title", "dc.title", "dcterms.title", "twitter:title", "parsely-title")
_OUTLETS = ("citation_journal_title", "og:site_name", "citation_conference_title", "citation_publisher", "dc.publisher",
            "dcterms.publisher", "article:publisher", "application-name", "twitter:site")  # fmt: skip
_AUTHORS = ("citation_author", "citation_authors", "article:author", "dc.creator", "dcterms.creator", "author",
            "parsely-author", "sailthru.author", "byl", "twitter:creator")  # fmt: skip
_DATES = ("citation_publication_date", "citation_online_date", "citation_date", "article:published_time",
          "og:published_time", "datepublished", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
          "dcterms.created", "dc.date.created", "parsely-pub-date", "sailthru.date", "pubdate", "publishdate",
          "publish-date", "publish_date", "publication_date", "date")  # fmt: skip
_WORKS = re.compile(r"(?:\w*Article|\w*Posting|Report|WebPage|ScholarlyArticle|Book|Dataset|CreativeWork|VideoObject)")
_SEPARATED = re.compile(r"\s+[|–—·:»-]\s+")
_SEPARATORS = " |–—·:»-"
_BY = re.compile(r"^\s*by[:\s]\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Facts:
    """What is to be known of a source; empty is what the page doesn't say."""

    title: str = ""
    outlet: str = ""
    authors: str = ""
    published_on: date | None = None


def facts_of(page: Reading) -> Facts:
    """Return the facts that a page states."""
    work = _linked_work(page.linked_data)
    outlet = _first(page, ("citation_journal_title",)) or _name(work.get("publisher")) or _first(page, _OUTLETS)
    title = _first(page, _TITLES[:1]) or _text(work.get("headline")) or _first(page, _TITLES)
    dates = [*_values(page, _DATES[:3]), _text(work.get("datePublished")), *_values(page, _DATES)]
    return Facts(
        title=title or _without_outlet(page.title, outlet) or clean_line(page.heading),
        outlet=outlet.lstrip("@"),
        authors=", ".join(_authors(page, work)),
        published_on=next(filter(None, map(read_date, dates)), None),
    )


def _values(page: Reading, names: tuple[str, ...]) -> Iterator[str]:
    for wanted in names:
        yield from (clean_line(content) for name, content in page.metas if name == wanted)


def _first(page: Reading, names: tuple[str, ...]) -> str:
    return next((value for value in _values(page, names) if value and not _is_address(value)), "")


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://", "//"))


def _without_outlet(title: str, outlet: str) -> str:
    """Return a page's title without the outlet's name, before or after it."""
    whole = clean_line(title)
    parts = _SEPARATED.split(whole)
    if outlet and len(parts) > 1 and parts[-1].casefold() == outlet.casefold():
        return whole.removesuffix(parts[-1]).rstrip(_SEPARATORS)
    if outlet and len(parts) > 1 and parts[0].casefold() == outlet.casefold():
        return whole.removeprefix(parts[0]).lstrip(_SEPARATORS)
    return whole


def _authors(page: Reading, work: dict[str, Any]) -> list[str]:
    for names in (
        [_in_order(name) for name in _values(page, _AUTHORS[:1])],
        [_in_order(name) for value in _values(page, _AUTHORS[1:2]) for name in value.split(";")],
        _names(work.get("author") or work.get("creator")),
        *([_in_order(name) for name in _values(page, (kind,))] for kind in _AUTHORS[2:]),
    ):
        known = [_BY.sub("", name).lstrip("@") for name in names if name and not _is_address(name)]
        if known:
            return list(dict.fromkeys(known))[:MAX_AUTHORS]
    return []


def _in_order(name: str) -> str:
    """Return “Aroha Reed” for “Reed, Aroha”; a list of several stays as it is."""
    last, comma, first = name.strip().partition(", ")
    return f"{first} {last}" if comma and "," not in first and " " not in last else name.strip()


# JSON-LD


def _linked_work(scripts: list[str]) -> dict[str, Any]:
    """Return the node that describes the page's article: the first of an article's type, else of any work's."""
    works = [node for script in scripts for node in _nodes(_parsed(script)) if _WORKS.fullmatch(_type(node))]
    articles = [node for node in works if _type(node) != "WebPage" and "headline" in node]
    return next(iter(articles or works), {})


def _parsed(script: str) -> Any:
    text = script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the nodes at the top, in lists and in `@graph`, outer ones first."""
    waiting, seen = [data], 0
    while waiting and seen < MAX_NODES:
        node, seen = waiting.pop(0), seen + 1
        if isinstance(node, list):
            waiting += node[:MAX_NODES]
        elif isinstance(node, dict):
            yield node
            waiting += [node[key] for key in ("@graph", "mainEntity", "itemListElement", "item") if key in node]


def _type(node: dict[str, Any]) -> str:
    kinds = node.get("@type")
    kind = kinds[0] if isinstance(kinds, list) and kinds else kinds
    return kind.rpartition("/")[2] if isinstance(kind, str) else ""


def _text(value: Any) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value")
    return clean_line(value) if isinstance(value, str) else ""


def _name(value: Any) -> str:
    return next(iter(_names(value)), "")


def _names(value: Any) -> list[str]:
    """Return the names of people or organisations, given as text, as a node, or as a list of either."""
    entries = value if isinstance(value, list) else [value]
    names = (_text(entry.get("name")) if isinstance(entry, dict) else _text(entry) for entry in entries[:MAX_AUTHORS])
    return [name for name in names if name and not _is_address(name)]
