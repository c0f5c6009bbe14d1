"""Those who write."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from articles.models.change import Shown, ShownQuerySet
from articles.models.place import sitemap_part
from articles.richtext import clean_line, clean_text
from articles.slugs import MAX_SLUG_LENGTH, free_slug, slug_from

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AuthorQuerySet(ShownQuerySet["Author"]):
    """Finds and makes authors."""

    def of(self, user: "User") -> "Author":
        """Return the author that a staff account writes as, made on the first call."""
        author = self.filter(user=user).first()
        if author is None:
            author = Author(user=user, name=user.get_full_name() or user.get_username().partition("@")[0])
            author.slug = free_slug(slug_from(author.name), self.all())
            author.save()
        return author


class Author(Shown):
    """A name that stands in a byline; the account behind it, if any, stays on the server."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, unique=True)
    bio = models.TextField(blank=True, max_length=1000, help_text="One or two sentences for readers.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="author",
        help_text="The account that writes under this name: its owner may edit drafts with this name in the byline.",
    )

    objects = AuthorQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        indexes = (models.Index(fields=["name", "id"], name="author_by_name"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the author, the name made fit for a page."""
        self.tidy()
        super().save(*args, **kwargs)

    def tidy(self) -> None:
        """Make the words fit for a page."""
        self.name = clean_line(self.name)
        self.bio = clean_text(self.bio)

    def page_keys(self) -> set[str]:
        """Name the pages with the author's name, and the part of the sitemap that lists it."""
        return {f"author-{self.pk}", f"sitemap-{sitemap_part(self.pk)}", "names"}

    def get_absolute_url(self) -> str:
        """Return the path of the author's first page."""
        return reverse("articles:author", args=[self.slug])
