"""The state of an article as a version keeps it: taken from its rows, and put back into them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from articles.models.author import Author
from articles.models.chain import Evidence, KeyPoint, Source
from articles.models.image import Image
from articles.models.tagging import TagKey

if TYPE_CHECKING:
    from articles.models.article import Article

TEXTS = ("title", "standfirst", "body")
SOURCE_FACTS = (
    "key",
    "title",
    "url",
    "outlet",
    "authors",
    "published_on",
    "accessed_on",
    "archive_url",
    "report_decision",
)


def state_of(article: "Article") -> dict[str, Any]:
    """Return what an article says, as plain data that a JSON column can keep."""
    evidence = Evidence.objects.filter(key_point__article=article).order_by("source__position")
    support: dict[int, list[dict[str, Any]]] = {}
    for row in evidence.values("key_point", "source__key", "locator", "cited_on"):
        facts = {"source": row["source__key"], "locator": row["locator"], "cited_on": row["cited_on"].isoformat()}
        support.setdefault(row["key_point"], []).append(facts)
    key_points = article.key_points.order_by("position", "pk").values("pk", "lead", "text", "passage")
    sources = article.sources.order_by("position", "pk").values(*SOURCE_FACTS)
    return {
        **{name: getattr(article, name) for name in TEXTS},
        "slug": article.slug,
        "section": article.section_id,
        "cover": article.cover_id,
        "status": str(article.status),
        "published_at": _moment(article.published_at),
        "byline": list(article.byline_entries.order_by("pk").values_list("author_id", flat=True)),
        "tags": sorted(article.tags.names()),
        "key_points": [{**point, "support": support.get(point["pk"], [])} for point in key_points],
        "sources": [{name: _plain(value) for name, value in source.items()} for source in sources],
    }


def restore_state(article: "Article", state: dict[str, Any]) -> None:
    """Make an article say what it said; its address, status and times stay as they are.

    Key points and sources that are still there are changed, not replaced, so that replies still point at them.
    """
    for name in TEXTS:
        setattr(article, name, state[name])
    article.cover = Image.objects.filter(pk=state["cover"]).first()
    article.save()
    _restore_sources(article, state["sources"])
    _restore_key_points(article, state["key_points"])
    article.tags.set(TagKey.objects.tags(state["tags"]))
    article.byline_entries.all().delete()
    for author in state["byline"]:
        if Author.objects.filter(pk=author).exists():
            article.byline_entries.create(author_id=author)
    article.settle()


def _restore_sources(article: "Article", states: list[dict[str, Any]]) -> None:
    article.sources.exclude(key__in=[state["key"] for state in states]).delete()
    known = {source.key: source for source in article.sources.all()}
    for position, state in enumerate(states, 1):
        source = known.get(state["key"]) or Source(article=article)
        for name in SOURCE_FACTS:
            setattr(source, name, state.get(name, ""))
        source.position = position
        source.save()


def _restore_key_points(article: "Article", states: list[dict[str, Any]]) -> None:
    article.key_points.exclude(pk__in=[state["pk"] for state in states]).delete()
    known = {key_point.pk: key_point for key_point in article.key_points.all()}
    sources = {source.key: source.pk for source in article.sources.all()}
    for position, state in enumerate(states, 1):
        key_point = known.get(state["pk"]) or KeyPoint(article=article)
        key_point.position, key_point.lead = position, state["lead"]
        key_point.text, key_point.passage = state["text"], state["passage"]
        key_point.save()
        key_point.evidence.all().delete()
        for support in state["support"]:
            if support["source"] in sources:
                facts = {"locator": support["locator"], "cited_on": support["cited_on"]}
                key_point.evidence.create(source_id=sources[support["source"]], **facts)


def _moment(at: datetime | None) -> str | None:
    """Return a time that is the same text whichever zone, form or database it came from."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
