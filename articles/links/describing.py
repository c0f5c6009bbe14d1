"""Filling in what an editor left out of a source, from the page itself: later, so that no form waits."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from articles.canonical import canonical_url
from articles.links.asking import ask
from articles.links.connection import Deadline
from articles.links.errors import LinkError
from articles.links.metadata import Facts, facts_of
from articles.links.reading import read_page
from articles.links.unpacking import as_text
from articles.models import Source
from articles.models.work import MAX_SOURCE_CHARACTERS

SECONDS = 25
LIMITS = {"title": MAX_SOURCE_CHARACTERS, "outlet": 200, "authors": 300}
FACTS = ("outlet", "authors", "published_on", "accessed_on")


def describe_later(sources: Iterable[Source]) -> None:
    """Have the missing facts of sources looked up once they are stored."""
    for source in sources:
        if source.url and missing_facts(source):
            transaction.on_commit(partial(describe_source.enqueue, source.pk))


def missing_facts(source: Source) -> list[str]:
    """Return the fields that nobody filled in; a title that only repeats the address counts as none."""
    missing = [name for name in FACTS if not getattr(source, name)]
    return [*missing, "title"] if _is_only_address(source) else missing


@task(priority=-10)
def describe_source(source_pk: int) -> None:
    """Fill in what is missing of a source from its page; what somebody wrote meanwhile is left alone."""
    source = Source.objects.filter(pk=source_pk).exclude(url="").first()
    if source is None or not missing_facts(source):
        return
    try:
        answer = ask(source.url, deadline=Deadline(SECONDS))
    except LinkError:
        return  # its health is the link checker's affair
    if answer.is_ok:
        page = read_page(as_text(answer.body, answer.headers.get("content-type", "")))
        _fill_in(source, facts_of(page) if answer.body else Facts())


@transaction.atomic
def _fill_in(asked: Source, facts: Facts) -> None:
    source = Source.objects.locked().filter(pk=asked.pk, url=asked.url).first()
    if source is None:
        return
    known: dict[str, Any] = {**vars(facts), "accessed_on": timezone.localdate()}
    filled = [name for name in missing_facts(source) if known[name]]
    for name in filled:
        setattr(source, name, _fitting(name, known[name]))
    if filled:
        source.save(update_fields=[*filled, "outlet_slug", "work"])
        if source.work:
            source.work.learn(title=source.title, outlet=source.outlet)
        source.article.settle(is_edit=False)


def _fitting(name: str, value: Any) -> Any:
    return value[: LIMITS[name]].rstrip() if name in LIMITS else value


def _is_only_address(source: Source) -> bool:
    title = source.title.strip().strip("<>").removesuffix("/")
    bare = {source.url, canonical_url(source.url), source.url.partition("://")[2]}
    return title.casefold() in {address.removesuffix("/").casefold() for address in bare}
