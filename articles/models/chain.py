"""The chain that a reader can follow: key point → passage → source."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from articles.expressions import JSONRows
from articles.models.change import Shown, ShownQuerySet, Traces
from articles.models.link import LinkCheck
from articles.models.place import Placed, note_works_to_come
from articles.models.work import MAX_SOURCE_CHARACTERS, MAX_URL_CHARACTERS, Work
from articles.richtext import clean_line, clean_text, validate_url
from articles.slugs import MAX_SLUG_LENGTH

KEY_CHARACTERS = 8
MAX_KEY_POINT_CHARACTERS = 1000


def make_key() -> str:
    """Return a key for a source: citations in the body name it by this, whatever its number."""
    return get_random_string(KEY_CHARACTERS, "abcdefghijkmnpqrstuvwxyz23456789")


class Support(TypedDict):
    """A source that carries a key point, as a page shows it: its number, and where in it."""

    number: int
    locator: str
    cited_on: str
    standing: str
    standing_note: str


class KeyPointQuerySet(ShownQuerySet["KeyPoint"]):
    """Key points in the order of the summary."""

    def with_support(self) -> "KeyPointQuerySet":
        """Add `support`: the sources that carry each key point."""
        evidence = Evidence.objects.filter(key_point=OuterRef("pk")).order_by("source__position")
        columns = {
            "number": "source__position",
            "locator": "locator",
            "cited_on": "cited_on",
            "standing": "source__work__standing",
            "standing_note": "source__work__standing_note",
        }
        return self.annotate(support_rows=JSONRows(evidence, **columns))


class KeyPoint(Shown):
    """One line of the summary on top of an article."""

    KEY_FIELDS = ("article_id",)

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="key_points")
    position = models.PositiveSmallIntegerField(default=1)
    lead = models.CharField(max_length=120, blank=True, help_text="The few bold words before the colon, if any.")
    text = models.TextField(max_length=MAX_KEY_POINT_CHARACTERS)
    passage = models.CharField(
        max_length=1000, blank=True, help_text="The words of the body that say it: a sentence, a paragraph, a heading."
    )
    passage_anchor = models.CharField(max_length=200, blank=True, editable=False)  # made on save, where those stand
    sources = models.ManyToManyField("articles.Source", through="articles.Evidence", related_name="key_points")

    objects = KeyPointQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(condition=models.Q(position__gte=1), name="key_point_position_starts_at_1"),
            models.CheckConstraint(condition=~models.Q(text=""), name="key_point_has_text"),
        )

    def __str__(self) -> str:
        return f"{self.lead}: {self.text}" if self.lead else self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the key point, its text made fit for a page."""
        self.tidy()
        super().save(*args, **kwargs)

    def tidy(self) -> None:
        """Make the words fit for a page."""
        self.lead = clean_line(self.lead).removesuffix(":").rstrip()
        self.text = clean_line(self.text)

    def page_keys(self) -> set[str]:
        """Name the pages that show its article."""
        return {f"article-{self.article_id}"}

    def rest_on(self, numbers: Iterable[int], locators: Mapping[int, str] | None = None) -> list[int]:
        """Let the sources with these numbers carry the key point; return the numbers that no source has.

        `locators` say where in a source, by its number. Evidence that stays as it was keeps its day of citing.
        """
        wanted = set(numbers)
        sources = {source.position: source for source in self.article.sources.filter(position__in=wanted)}
        self.evidence.exclude(source__in=sources.values()).delete()
        for number, source in sources.items():
            locator = {"locator": clean_line((locators or {}).get(number, ""))}
            evidence, is_new = self.evidence.get_or_create(source=source, defaults=locator)
            if not is_new and evidence.locator != locator["locator"]:
                self.evidence.filter(pk=evidence.pk).update(**locator, cited_on=timezone.localdate())
        return sorted(wanted - sources.keys())

    @property
    def support(self) -> list[Support]:
        """Return the sources that carry it, in the order of their numbers; needs `with_support()`."""
        return self.support_rows  # type: ignore[attr-defined,no-any-return]

    @property
    def shaken(self) -> list[Support]:
        """Return what carries it although it was retracted or superseded; needs `with_support()`."""
        return [support for support in self.support if support["standing"] not in {Work.Standing.CURRENT, None}]

    @property
    def source_numbers(self) -> list[int]:
        """Return the numbers of the sources that carry it; needs `with_support()`."""
        return [support["number"] for support in self.support]


class SourceQuerySet(ShownQuerySet["Source"]):
    """Sources in the order of their list."""

    def with_work(self) -> "SourceQuerySet":
        """Add what each stands for, and the health of its address."""
        return self.select_related("work__link").defer("work__link__fingerprint")


class Source(Placed):
    """One entry of the numbered list of sources; the body cites it by its position."""

    KEY_FIELDS = ("article_id", "work_id")

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=MAX_SOURCE_CHARACTERS)
    url = models.URLField("URL", max_length=MAX_URL_CHARACTERS, blank=True, validators=[validate_url])
    outlet = models.CharField(max_length=200, blank=True, help_text="The paper, agency or body that published it.")
    authors = models.CharField(max_length=300, blank=True)
    published_on = models.DateField(null=True, blank=True)
    accessed_on = models.DateField(null=True, blank=True, help_text="When we last read it.")
    archive_url = models.URLField("archive URL", max_length=MAX_URL_CHARACTERS, blank=True, validators=[validate_url])
    key = models.CharField(max_length=12, default=make_key)
    report = models.PositiveSmallIntegerField(default=1, editable=False)  # sources of one number are one report
    report_decision = models.CharField(
        "independence",
        max_length=12,
        blank=True,
        help_text="Papers that print one agency's report are one independent report.",
    )
    work = models.ForeignKey(Work, null=True, editable=False, on_delete=models.PROTECT, related_name="sources")
    outlet_slug = models.CharField(max_length=MAX_SLUG_LENGTH, blank=True, editable=False, db_index=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=["article", "key"], name="source_key_is_unique"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="source_position_starts_at_1"),
            models.CheckConstraint(condition=~models.Q(title=""), name="source_has_a_title"),
        )

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the source; raises ValidationError for an address that no browser should follow."""
        self.tidy()
        for address in filter(None, (self.url, self.archive_url)):
            validate_url(address)
        self.outlet_slug = slugify(self.outlet or self.host.replace(".", " "))[:MAX_SLUG_LENGTH]
        self.work = Work.objects.of(self)
        super().save(*args, **kwargs)

    def tidy(self) -> None:
        """Make the words fit for a page."""
        for field in ("title", "outlet", "authors"):
            setattr(self, field, clean_line(getattr(self, field)))

    def page_keys(self) -> set[str]:
        """Name the pages of its article, and of what it stands for."""
        return {f"article-{self.article_id}", f"work-{self.work_id}"}

    @classmethod
    def articles_of(cls, rows: models.QuerySet[Any]) -> Iterable[int]:
        """Return the articles whose sources they are."""
        return rows.values_list("article_id", flat=True)

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and the one to come where the article is to come."""
        super().note_change(before, after)
        note_works_to_come(after.facts)

    @property
    def host(self) -> str:
        """Return the host of its address, as readers know it."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")

    @property
    def words(self) -> str:
        """Return the line that says what it is: title, outlet and day."""
        day = f"{self.published_on:%-d %B %Y}" if self.published_on else ""
        return ". ".join(
            filter(None, (self.title.rstrip(". "), ", ".join(filter(None, (self.outlet or self.host, day)))))
        )

    @property
    def same_report(self) -> list[int]:
        """Return the numbers of the other sources that are the same report; needs the article from `with_page()`."""
        others = (source for source in self.article.sources.all() if source.report == self.report)
        return [source.position for source in others if source.pk != self.pk]

    @property
    def supported(self) -> list[tuple[int, Support]]:
        """Return the key points that rest on it, each by its number with how; needs the article from `with_page()`."""
        return [
            (number, support)
            for number, key_point in enumerate(self.article.key_points.all(), 1)
            for support in key_point.support
            if support["number"] == self.position
        ]

    @property
    def gone_link(self) -> LinkCheck | None:
        """Return what is known of its address if the page is no longer there."""
        link: LinkCheck | None = getattr(self.work, "link", None)
        return link if link and link.is_gone else None

    @property
    def back_links(self) -> list[str]:
        """Return the anchors of the places in the body that cite it, in order."""
        times = self.article.citations.get(str(self.position), 0)
        return [f"cite-{self.position}-{time}" for time in range(1, times + 1)]


class Evidence(Shown):
    """A source that carries a key point."""

    KEY_FIELDS = ("key_point__article_id",)

    key_point = models.ForeignKey(KeyPoint, on_delete=models.CASCADE, related_name="evidence")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="evidence")
    locator = models.CharField(
        max_length=300, blank=True, help_text="Where in the source, on the day of citing: words, a page, a time."
    )
    cited_on = models.DateField(default=timezone.localdate, editable=False)

    objects = ShownQuerySet["Evidence"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key_point", "source"], name="evidence_names_a_source_once"),)

    def __str__(self) -> str:
        return f"{self.key_point} [{self.source.position}]"

    def page_keys(self) -> set[str]:
        """Name the pages that show its article."""
        return {f"article-{self.key_point.article_id}"}

    @classmethod
    def keys_of(cls, rows: "models.QuerySet[Any]") -> set[str]:
        """Return the keys of all these rows."""
        return super().keys_of(rows.select_related("key_point"))


class CorrectionQuerySet(ShownQuerySet["Correction"]):
    """Which corrections."""

    def published(self) -> "CorrectionQuerySet":
        """Select what readers see."""
        return self.filter(is_draft=False)


class Correction(Placed):
    """A dated, public note of what was changed in a published article, and why."""

    KEY_FIELDS = ("article_id",)

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="corrections")
    made_at = models.DateTimeField()
    text = models.TextField(max_length=2000, help_text="What was wrong, what it says now, and why.")
    credit = models.CharField(max_length=120, blank=True, help_text="Who pointed it out, by the name to be shown.")
    about = models.CharField(
        max_length=200, blank=True, help_text="What it changes, such as “key point 2” or the words of a heading."
    )
    before = models.TextField(max_length=2000, blank=True, help_text="The words that stood there.")
    after = models.TextField(max_length=2000, blank=True, help_text="The words that stand there now.")
    is_draft = models.BooleanField("draft", default=False, help_text="Readers don't see a draft.")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = (models.Index(fields=["-made_at", "-id"], name="correction_by_time"),)
        constraints = (models.CheckConstraint(condition=~models.Q(text=""), name="correction_has_text"),)

    def __str__(self) -> str:
        return f"{timezone.localtime(self.made_at):%Y-%m-%d}: {self.text}"

    def clean(self) -> None:
        """Refuse a time to come: what is stored is public at once, with its date."""
        super().clean()
        if self.made_at and self.made_at > timezone.now():
            raise ValidationError({"made_at": "This time is still to come, and readers see a correction at once."})

    def page_keys(self) -> set[str]:
        """Name the pages of its article."""
        return {f"article-{self.article_id}"}

    @classmethod
    def articles_of(cls, rows: models.QuerySet[Any]) -> Iterable[int]:
        """Return the articles that they correct."""
        return rows.values_list("article_id", flat=True)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the correction, its text made fit for a page."""
        self.tidy()
        super().save(*args, **kwargs)

    def tidy(self) -> None:
        """Make the words fit for a page."""
        for field in ("text", "before", "after"):
            setattr(self, field, clean_text(getattr(self, field)))
        self.about = clean_line(self.about)
        self.credit = clean_line(self.credit)
