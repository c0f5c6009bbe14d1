"""What sources stand for, whichever articles cite it."""

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import models

from articles.canonical import canonical_url
from articles.models.change import Shown, ShownQuerySet, Traces
from articles.models.link import LinkCheck
from articles.models.prepared import PreparedArticle
from articles.richtext import clean_line

if TYPE_CHECKING:
    from articles.models.chain import Source

MAX_URL_CHARACTERS = 2000
MAX_SOURCE_CHARACTERS = 500


class WorkQuerySet(ShownQuerySet["Work"]):
    """Finds and makes works."""

    def of(self, source: "Source") -> "Work":
        """Return the work that a source stands for: by its canonical address, or by its words if it has none."""
        url = canonical_url(source.url) if source.url else ""
        identity = url or " | ".join(part.casefold() for part in (source.title, source.authors, source.outlet))
        facts = {"url": url, "host": (urlsplit(url).hostname or "")[:255], "title": source.title}
        work, is_new = self.get_or_create(identity=_digest(identity), defaults={**facts, "outlet": source.outlet})
        if is_new and url:
            LinkCheck.objects.watch(work)
        return work

    def at(self, address: str) -> Any:
        """Select the work that has an address, however it is written."""
        return self.filter(identity=_digest(canonical_url(address)))


def _digest(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()


class Work(Shown):
    """A report, page, paper or book that sources of any article stand for; what holds of it holds of all of them."""

    class Standing(models.TextChoices):
        """Whether it still says what it said."""

        CURRENT = "current", "Current"
        RETRACTED = "retracted", "Retracted"
        SUPERSEDED = "superseded", "Superseded"

    identity = models.CharField(max_length=64, unique=True, editable=False)
    url = models.URLField("canonical URL", max_length=MAX_URL_CHARACTERS, blank=True)
    host = models.CharField(max_length=255, blank=True, db_index=True, editable=False)
    title = models.CharField(max_length=MAX_SOURCE_CHARACTERS)
    outlet = models.CharField(max_length=200, blank=True)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.CURRENT, db_default=Standing.CURRENT)
    standing_note = models.CharField(
        max_length=500, blank=True, help_text="What happened to it; readers see this beside every key point on it."
    )
    first_cited_at = models.DateTimeField(auto_now_add=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = "source"
        ordering = ("-first_cited_at", "-pk")
        indexes = (
            models.Index(fields=["-first_cited_at", "-id"], name="work_by_first_citation"),
            models.Index(fields=["standing", "-first_cited_at", "-id"], name="work_by_standing"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(standing__in=["current", "retracted", "superseded"]), name="work_standing_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def page_keys(self) -> set[str]:
        """Name the pages with a source that stands for it."""
        return {f"work-{self.pk}"}

    @classmethod
    def facts_of(cls, rows: models.QuerySet[Any]) -> dict[Any, Any]:
        """Return what articles show of them, where that is anything."""
        said = rows.exclude(standing=cls.Standing.CURRENT, standing_note="")
        return {pk: shown for pk, *shown in said.values_list("pk", "standing", "standing_note")}

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and have the articles that cite it made anew if they show it."""
        super().note_change(before, after)
        PreparedArticle.objects.forget_if_changed("article__sources__work", before.facts, after.facts)

    @property
    def is_current(self) -> bool:
        """Whether nobody took it back."""
        return self.standing == self.Standing.CURRENT

    def mark(self, standing: str, *, note: str) -> None:
        """Say that it was retracted or superseded, or that it holds again."""
        self.standing = standing
        self.standing_note = clean_line(note)
        self.save(update_fields=["standing", "standing_note"])

    def learn(self, *, title: str, outlet: str) -> None:
        """Take over what a source of it was found to be called, where nothing better is known."""
        if not self.outlet:
            self.outlet = outlet
        if canonical_url(self.title) == self.url:
            self.title = title
        self.save(update_fields=["title", "outlet"])
