"""Articles: what the paper publishes, and the rules of when it is public."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from taggit.managers import TaggableManager

from articles.checking import check
from articles.citations import cite_by_number
from articles.independence import Report, group
from articles.models.author import Author
from articles.models.chain import Source
from articles.models.change import Traces
from articles.models.desk import DeskEntry
from articles.models.image import Image, PictureInText
from articles.models.place import Place, Placed, sitemap_part
from articles.models.prepared import PreparedArticle
from articles.models.queryset import UNPUBLISHED, ArticleQuerySet, ArticleTag, Byline, BylineEntry, Status, TagLink
from articles.models.section import Section
from articles.models.states import restore_state, state_of
from articles.models.version import Version
from articles.passages import blocks_of, find_passage
from articles.rendering import CitedSource, pictures_in, render_body
from articles.richtext import clean_body, clean_line, clean_text
from articles.search import indexing as search_index
from articles.slugs import MAX_SLUG_LENGTH, RESERVED_ARTICLE_SLUGS, slug_from, validate_article_slug

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CONTENTS_FROM_HEADINGS = 3


class Article(Placed):
    """A news analysis: key points on top, a body with headings, numbered sources below."""

    Status = Status
    UNPUBLISHED = UNPUBLISHED
    KEY_FIELDS = ("status",)

    title = models.CharField(max_length=200)
    slug = models.SlugField(
        max_length=MAX_SLUG_LENGTH,
        blank=True,
        validators=[validate_article_slug],
        help_text="The last part of the address.",
    )
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="articles")
    standfirst = models.TextField(
        max_length=500,
        blank=True,
        help_text="One or two sentences under the title that say what the article finds.",
    )
    body = models.TextField(
        blank=True, help_text="Cite a source by its number in square brackets, such as [1] or [2, 3]."
    )
    authors = models.ManyToManyField(Author, through=Byline, related_name="articles")
    cover = models.ForeignKey(Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles")
    tags = TaggableManager(through=ArticleTag, blank=True)  # type: ignore[no-untyped-call]
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT)
    published_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A time to come makes it a scheduled article: readers see it from then on.",
    )
    embargoed_until = models.DateTimeField(
        null=True, blank=True, help_text="Nobody can publish it before this time, not even by mistake."
    )
    withdrawal_note = models.CharField(
        max_length=500, blank=True, help_text="What readers find at its address once it is withdrawn, and why."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # Made on save from the body and the sources, so that a view only has to send them.
    body_html = models.TextField(blank=True, editable=False)
    headings = models.JSONField(default=list, editable=False)
    citations = models.JSONField(default=dict, editable=False)
    findings = models.JSONField(default=list, editable=False)  # of the desk, as they were on the last save
    # The digest of the title line it was imported under, null if it was written here: a second import finds it.
    import_key = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ("-published_at", "-pk")
        permissions = (("publish_article", "Can publish, schedule and withdraw articles"),)
        indexes = (
            models.Index(fields=["status", "-published_at", "-id"], name="article_by_time"),
            models.Index(fields=["section", "status", "-published_at", "-id"], name="article_by_section_and_time"),
            models.Index(fields=["-updated_at"], name="article_by_last_change"),
            models.Index(fields=["status", "-updated_at", "-id"], name="article_by_status_and_change"),
            models.Index(fields=["section", "-updated_at", "-id"], name="article_by_section_and_change"),
            models.Index(fields=["section", "status", "-updated_at", "-id"], name="article_by_both_and_change"),
            models.Index(fields=["-published_at", "-id"], name="article_by_publication"),
            models.Index(fields=["section", "-published_at", "-id"], name="article_by_section_and_public"),
        )
        constraints = (
            models.UniqueConstraint(fields=["section", "slug"], name="article_address_is_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review", "published", "withdrawn"]),
                name="article_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review"]) | Q(published_at__isnull=False),
                name="article_once_published_has_a_time",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="article_has_a_title"),
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(embargoed_until__isnull=True)
                | Q(published_at__gte=models.F("embargoed_until")),
                name="article_keeps_its_embargo",
            ),
            models.CheckConstraint(
                condition=~Q(slug="") & ~Q(slug__in=RESERVED_ARTICLE_SLUGS),
                name="article_slug_is_not_reserved",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the article, sanitised; raises TextRefused for a body over the limits.

        A published article that moves leaves its former address behind as a redirect.
        """
        self.tidy()
        self.make_slug()
        self.body = clean_body(self.body)
        pictures = self._render(list(self.sources.all()) if self.pk else [])
        if self.status == self.Status.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()
        with transaction.atomic():
            self.take_turn()
            self._keep_former_address()
            super().save(*args, **kwargs)
            PictureInText.objects.keep(self.pk, pictures)
            search_index.index([self])

    def tidy(self) -> None:
        """Make the words fit for a page."""
        self.title = clean_line(self.title)
        self.standfirst = clean_text(self.standfirst)
        self.withdrawal_note = clean_line(self.withdrawal_note)

    def get_absolute_url(self) -> str:
        """Return the path of the article's page; needs the section."""
        return reverse("articles:article", args=[self.section.slug, self.slug])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the article, and let the search forget it."""
        with transaction.atomic():
            self.take_turn()
            search_index.backend().forget([self.pk])
            Place.objects.give_up([self.pk])
            return super().delete(*args, **kwargs)

    def page_keys(self) -> set[str]:
        """Name the pages that show it, and its part of the sitemap."""
        own = f"article-{self.pk}"
        return {own} if self.status in UNPUBLISHED else {own, f"sitemap-{sitemap_part(self.pk)}"}

    @classmethod
    def articles_of(cls, rows: models.QuerySet[Any]) -> Iterable[int]:
        """Return the articles themselves."""
        return rows.values_list("pk", flat=True)

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and have a row for the prepared parts of every article."""
        new = [PreparedArticle(article_id=pk) for pk in after.facts if pk not in before.facts]
        PreparedArticle.objects.bulk_create(new, ignore_conflicts=True)
        super().note_change(before, after)

    def make_slug(self) -> None:
        """Give an article without a slug the one that its title suggests."""
        self.slug = self.slug or slug_from(clean_line(self.title))

    def settle(self, *, is_edit: bool = True) -> None:
        """Make the page match its parts once these are stored: numbers without gaps, links that lead somewhere.

        What nobody edited, such as a fact about a source that was looked up, is no update for readers.
        """
        lists: tuple[Any, ...] = (self.key_points, self.sources)
        for related in lists:
            for number, entry in enumerate(related.all(), 1):
                if entry.position != number:
                    related.filter(pk=entry.pk).update(position=number)
        sources = list(self.sources.all())
        self._group(sources)
        self.body = cite_by_number(self.body, [source.key for source in sources])
        pictures = self._render(sources)
        self._find_passages()
        self.findings = [asdict(finding) for finding in check(self)]
        fields = ["body", "body_html", "headings", "citations", "findings", *(["updated_at"] if is_edit else [])]
        with transaction.atomic():
            super().save(update_fields=fields)
            PictureInText.objects.keep(self.pk, pictures)
            search_index.index([self])

    def publish(self, *, at: datetime | None = None, by: "User | None" = None) -> None:
        """Show the article to readers, from now on or from a time to come, but never before its embargo ends."""
        wanted = at or self.published_at or timezone.now()
        self.status = self.Status.PUBLISHED
        self.published_at = max(wanted, self.embargoed_until) if self.embargoed_until else wanted
        kind = DeskEntry.Kind.SCHEDULED if self.is_scheduled else DeskEntry.Kind.PUBLISHED
        self._decide(kind, by, findings=[finding["text"] for finding in self.findings])

    def submit(self, *, by: "User | None" = None, text: str = "") -> None:
        """Hand a draft to the editors."""
        self.status = self.Status.IN_REVIEW
        self._decide(DeskEntry.Kind.SUBMITTED, by, text=text)

    def send_back(self, *, by: "User | None" = None, text: str = "") -> None:
        """Return what was handed in to its writer, with what is missing."""
        self.status = self.Status.DRAFT
        self._decide(DeskEntry.Kind.RETURNED, by, text=text)

    def take_back(self, *, by: "User | None" = None) -> None:
        """Let a writer go on with what was handed in."""
        self.status = self.Status.DRAFT
        self._decide(DeskEntry.Kind.TAKEN_BACK, by)

    def unpublish(self, *, by: "User | None" = None) -> None:
        """Make a published or withdrawn article a draft again: its address answers as if it had never been."""
        self.status = self.Status.DRAFT
        self.published_at = None
        self._decide(DeskEntry.Kind.UNPUBLISHED, by)

    def withdraw(self, *, by: "User | None" = None, note: str = "") -> None:
        """Take a published article back: its address says that it is gone, and why."""
        self.status = self.Status.WITHDRAWN
        self.withdrawal_note = clean_line(note) or self.withdrawal_note
        self.published_at = self.published_at or timezone.now()
        self._decide(DeskEntry.Kind.WITHDRAWN, by, text=self.withdrawal_note)

    def state(self) -> dict[str, Any]:
        """Return what the article says, as a version keeps it."""
        return state_of(self)

    @transaction.atomic
    def restore(self, version: Version, *, by: "User | None") -> None:
        """Make the article say what it said in a version; that is a version of its own, and nothing is lost."""
        self.versions.keep(self, by=None)
        restore_state(self, version.state)
        self.versions.keep(self, by=by, comment=f"Restored version {version.number}")

    @property
    def is_published(self) -> bool:
        """Whether readers may see it now; `ArticleQuerySet.published()` is the same rule as a query."""
        is_due = self.published_at is not None and self.published_at <= timezone.now()
        return self.status == self.Status.PUBLISHED and is_due

    @property
    def is_scheduled(self) -> bool:
        """Whether it will be public at a time to come."""
        return self.status == self.Status.PUBLISHED and not self.is_published

    @property
    def is_updated(self) -> bool:
        """Whether it changed on a later day than it was published."""
        if self.published_at is None:
            return False
        return timezone.localdate(self.updated_at) > timezone.localdate(self.published_at)

    @property
    def independent_reports(self) -> int:
        """Return how many reports its sources are; an agency's, printed by three papers, is one."""
        return len({source.report for source in self.sources.all()})

    @property
    def has_contents(self) -> bool:
        """Whether it is long enough for a table of contents."""
        return len(self.headings) >= CONTENTS_FROM_HEADINGS

    @property
    def byline(self) -> list[BylineEntry]:
        """Return the authors in order; needs `with_card()`."""
        return self.byline_rows  # type: ignore[attr-defined,no-any-return]

    @property
    def tag_links(self) -> list[TagLink]:
        """Return the tags by name; needs `with_tags()`."""
        return self.tag_rows  # type: ignore[attr-defined,no-any-return]

    @transaction.atomic
    def _decide(self, kind: str, by: "User | None", **facts: Any) -> None:
        self.save()
        self.desk_entries.create(kind=kind, by=by, **facts)
        self.versions.keep(self, by=by, comment=DeskEntry.Kind(kind).label)

    def _render(self, sources: list[Source]) -> set[int]:
        """Make the HTML of the text, and return the pictures of the library that it shows."""
        cited = {source.key: CitedSource(source.position, source.words) for source in sources}
        shown = Image.objects.filter(pk__in=pictures_in(self.body)) if "data-image" in self.body else ()
        pictures = {image.pk: image.for_page() for image in shown}
        rendered = render_body(self.body, cited, pictures)
        self.body_html = rendered.html
        self.headings = rendered.headings
        self.citations = {str(number): times for number, times in rendered.citations.items()}
        return set(pictures)

    def _group(self, sources: list[Source]) -> None:
        reports = [
            Report(source.key, source.title, source.outlet, source.authors, source.published_on, source.report_decision)
            for source in sources
        ]
        numbers = group(reports)
        for source in sources:
            if source.report != numbers[source.key]:
                source.report = numbers[source.key]
                source.save(update_fields=["report"])

    def _find_passages(self) -> None:
        blocks = blocks_of(self.body_html)
        for key_point in self.key_points.all():
            passage = find_passage(key_point.passage, blocks)
            anchor = passage.anchor if passage else ""
            if key_point.passage_anchor != anchor:
                self.key_points.filter(pk=key_point.pk).update(passage_anchor=anchor)

    def _keep_former_address(self) -> None:
        FormerAddress.objects.filter(section=self.section_id, slug=self.slug).delete()
        was_public = Article.objects.filter(pk=self.pk, published_at__isnull=False)
        former = was_public.exclude(section=self.section_id, slug=self.slug).values("section_id", "slug").first()
        if former:
            FormerAddress.objects.update_or_create(**former, defaults={"article": self})


class FormerAddress(models.Model):
    """An address that an article once had: links to it still arrive."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE)
    slug = models.SlugField(max_length=MAX_SLUG_LENGTH)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="former_addresses")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["section", "slug"], name="former_address_is_unique"),)

    def __str__(self) -> str:
        return f"{self.section.slug}/{self.slug}"
