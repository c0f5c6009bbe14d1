"""Which articles, and with what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypedDict

from django.db import models, transaction
from django.db.models import OuterRef
from django.utils import timezone
from taggit.models import TaggedItemBase

from articles.expressions import JSONRows
from articles.models.author import Author
from articles.models.chain import Correction, KeyPoint, Source
from articles.models.change import ShownQuerySet
from articles.models.place import Place, Placed
from articles.search import indexing as search_index

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from articles.models.article import Article  # noqa: F401 - named by the class below


class Status(models.TextChoices):
    """Where an article stands; `published` with a time to come is scheduled."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"


UNPUBLISHED = (Status.DRAFT, Status.IN_REVIEW)


class BylineEntry(TypedDict):
    """An author as a byline shows one."""

    id: int
    name: str
    slug: str


class TagLink(TypedDict):
    """A tag as a page shows one."""

    id: int
    name: str
    slug: str


class ArticleTag(Placed, TaggedItemBase):
    """A tag on an article."""

    KEY_FIELDS = ("content_object_id",)

    content_object = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="tagged_items")

    objects = ShownQuerySet["ArticleTag"].as_manager()  # type: ignore[misc,assignment]

    class Meta:
        constraints = (models.UniqueConstraint(fields=["content_object", "tag"], name="article_has_a_tag_once"),)

    def __str__(self) -> str:
        return str(self.tag)

    def page_keys(self) -> set[str]:
        """Name the pages of its article."""
        return {f"article-{self.content_object_id}"}

    @classmethod
    def articles_of(cls, rows: models.QuerySet[Any]) -> Iterable[int]:
        """Return the articles that carry the tags."""
        return rows.values_list("content_object_id", flat=True)


class Byline(Placed):
    """An author of an article; the order of the rows is the order of the names."""

    KEY_FIELDS = ("article_id",)

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="byline_entries")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="byline_entries")

    objects = ShownQuerySet["Byline"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["article", "author"], name="byline_names_an_author_once"),)

    def __str__(self) -> str:
        return str(self.author)

    def page_keys(self) -> set[str]:
        """Name the pages of its article."""
        return {f"article-{self.article_id}"}

    @classmethod
    def articles_of(cls, rows: models.QuerySet[Any]) -> Iterable[int]:
        """Return the articles of the bylines."""
        return rows.values_list("article_id", flat=True)


class ArticleQuerySet(ShownQuerySet["Article"]):
    """Which articles, and with what."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the articles, and let the search forget them."""
        with transaction.atomic():
            self.model.take_turn()
            search_index.backend().forget(self.values_list("pk", flat=True))
            Place.objects.give_up(self.values_list("pk", flat=True))
            return super().delete()

    def published(self) -> Self:
        """Select what readers may see now; `Article.is_published` is the same rule for one row."""
        return self.filter(status=Status.PUBLISHED, published_at__lte=timezone.now())

    def editable_by(self, user: "User | AnonymousUser") -> Self:
        """Select what a member of staff may change: editors everything, writers their own unpublished work."""
        if not user.has_perm("articles.change_article"):
            return self.none()
        if user.has_perm("articles.publish_article"):
            return self
        return self.filter(status__in=UNPUBLISHED, authors__user_id=user.pk)

    def for_readers(self) -> Self:
        """Load what decides whether readers may see an article, and the prepared parts of its page."""
        return self.select_related("section", "prepared").only(
            "title", "slug", "status", "published_at", "withdrawal_note", "section", "prepared"
        )

    def latest_first(self) -> Self:
        """Order as the paper does."""
        return self.order_by("-published_at", "-pk")

    def with_card(self) -> Self:
        """Load what a list shows of each article, and no more, in one query."""
        byline = Byline.objects.filter(article=OuterRef("pk")).order_by("pk")
        return (
            self.select_related("section", "cover")
            .annotate(byline_rows=JSONRows(byline, id="author_id", name="author__name", slug="author__slug"))
            .defer("body", "body_html", "headings", "citations", "findings")
        )

    def with_tags(self) -> Self:
        """Add the tags, in order of their names, without a query of their own."""
        tags = ArticleTag.objects.filter(content_object=OuterRef("pk")).order_by("tag__name")
        return self.annotate(tag_rows=JSONRows(tags, id="tag_id", name="tag__name", slug="tag__slug"))

    def with_page(self) -> Self:
        """Load all that the article's own page shows, in a fixed number of queries."""
        key_points = models.Prefetch("key_points", KeyPoint.objects.with_support())
        sources = models.Prefetch("sources", Source.objects.with_work())
        corrections = models.Prefetch("corrections", Correction.objects.published())
        return self.with_card().with_tags().defer(None).defer("body").prefetch_related(key_points, sources, corrections)
