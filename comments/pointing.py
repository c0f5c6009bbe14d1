"""What of an article a reply points at: a key point, a source or a heading, each by an id that outlives re-ordering."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from articles.models import Article
from articles.preparing import parts_of
from comments.models import Comment

MAX_INDEXED = 200  # replies that the index of a discussion names
_KEY_POINT, _SOURCE, _HEADING = "key-point", "source", "heading"
_MAX_LABEL = 70
WHOLE = ("", "The article as a whole")  # what a form offers first


@dataclass(frozen=True)
class Target:
    """A part of an article: `value` as forms send it, its anchor on the page, and what it is called there."""

    value: str
    anchor: str
    label: str
    hint: str = ""


@dataclass
class Pointer:
    """A part of an article and the replies that point at it, as pairs of key and name."""

    target: Target
    replies: list[tuple[int, str]] = field(default_factory=list)


def targets(article: Article) -> list[Target]:
    """Return every part of an article that a reply can point at, in the order of the page."""
    return [Target(*target) for target in parts_of(article).targets]


def choices(article: Article) -> list[tuple[str, str]]:
    """Return the targets as a form offers them."""
    return [WHOLE, *choices_of(targets(article))]


def choices_of(targets: Iterable[Target]) -> list[tuple[str, str]]:
    """Return some targets as a form offers them."""
    offered = []
    for target in targets:
        label = f"{target.label[:1].upper()}{target.label[1:]}"
        offered.append((target.value, f"{label}: {target.hint}"[:_MAX_LABEL] if target.hint else label[:_MAX_LABEL]))
    return offered


def point(reply: Comment, value: str) -> None:
    """Let a reply point at the target with a form's value, which must be one of its article's; empty points at none."""
    kind = next((kind for kind in (_KEY_POINT, _SOURCE, _HEADING) if value.startswith(f"{kind}-")), "")
    key = value.removeprefix(f"{kind}-")
    reply.about_key_point_id = int(key) if kind == _KEY_POINT else None
    reply.about_source_id = int(key) if kind == _SOURCE else None
    reply.about_heading = key if kind == _HEADING else ""


def value_of(row: Mapping[str, Any]) -> str:
    """Return the value of the target that a row of columns points at; empty for none."""
    if row["about_key_point_id"]:
        return f"{_KEY_POINT}-{row['about_key_point_id']}"
    if row["about_source_id"]:
        return f"{_SOURCE}-{row['about_source_id']}"
    return f"{_HEADING}-{row['about_heading']}" if row["about_heading"] else ""


def index(article: Article, known: dict[str, Target]) -> list[Pointer]:
    """Return the parts of an article that visible replies point at, in the order of the page; one query."""
    pointing = Q(about_key_point__isnull=False) | Q(about_source__isnull=False) | ~Q(about_heading="")
    rows = (
        Comment.objects.filter(pointing, article=article, status=Comment.Status.APPROVED)
        .oldest_first()
        .values("id", "name", "about_key_point_id", "about_source_id", "about_heading")[:MAX_INDEXED]
    )
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        found[value_of(row)].append((row["id"], row["name"]))
    return [Pointer(target, found[value]) for value, target in known.items() if value in found]
