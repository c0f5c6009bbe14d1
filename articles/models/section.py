"""The parts of the paper."""

from typing import Any

from django.db import models, transaction
from django.urls import reverse

from articles.models.change import Shown, ShownQuerySet, Traces
from articles.models.prepared import PreparedArticle
from articles.richtext import clean_line, clean_text
from articles.slugs import MAX_SLUG_LENGTH, RESERVED_SECTION_SLUGS, validate_section_slug


class Section(Shown):
    """A part of the paper, such as Analysis or Opinion, with its own page and feed."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(
        max_length=MAX_SLUG_LENGTH,
        unique=True,
        validators=[validate_section_slug],
        help_text="The first part of the address of every article in it.",
    )
    description = models.TextField(blank=True, max_length=500, help_text="One or two sentences for readers.")
    position = models.PositiveSmallIntegerField(
        default=1, help_text="Sections are shown from the lowest to the highest."
    )

    objects = ShownQuerySet["Section"].as_manager()

    class Meta:
        ordering = ("position", "name")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(slug__in=RESERVED_SECTION_SLUGS), name="section_slug_is_not_reserved"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the section; where its address changed, the former one leads to the new one."""
        self.tidy()
        with transaction.atomic():
            self.take_turn()  # before it is read what its address was
            former = Section.objects.filter(pk=self.pk).exclude(slug=self.slug).values_list("slug", flat=True).first()
            super().save(*args, **kwargs)
            FormerSectionSlug.objects.filter(slug=self.slug).delete()
            if former:
                FormerSectionSlug.objects.update_or_create(slug=former, defaults={"section": self})

    def tidy(self) -> None:
        """Make the words fit for a page."""
        self.name = clean_line(self.name)
        self.description = clean_text(self.description)

    def page_keys(self) -> set[str]:
        """Name every page, since all of them list the sections, and the articles that stand in it."""
        return {"site", f"section-{self.pk}"}

    @classmethod
    def facts_of(cls, rows: models.QuerySet[Any]) -> dict[Any, Any]:
        """Return what articles show of them."""
        return {pk: shown for pk, *shown in rows.values_list("pk", "name", "slug")}

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and have the articles in it made anew if they show it."""
        super().note_change(before, after)
        PreparedArticle.objects.forget_if_changed("article__section", before.facts, after.facts)

    def get_absolute_url(self) -> str:
        """Return the path of the section's first page."""
        return reverse("articles:section", args=[self.slug])


class FormerSectionSlug(models.Model):
    """A slug that a section once had: links to it still arrive."""

    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, unique=True)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug
