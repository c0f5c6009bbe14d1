"""Which articles, and with what."""

from typing import TYPE_CHECKING, Self, TypedDict

from django.db import models, transaction
from django.db.models import Case, Count, FloatField, OuterRef, Sum, Value, When
from django.utils import timezone
from taggit.models import TaggedItemBase

from articles.expressions import JSONRows
from articles.models.author import Author
from articles.models.chain import Correction, KeyPoint, Source
from articles.search import indexing as search_index

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from articles.models.article import Article

RELATED_ARTICLES = 4


class Status(models.TextChoices):
    """Where an article stands; `published` with a time to come is scheduled."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"


UNPUBLISHED = (Status.DRAFT, Status.IN_REVIEW)


class BylineEntry(TypedDict):
    """An author as a byline shows one."""

    name: str
    slug: str


class TagLink(TypedDict):
    """A tag as a page shows one, with the number of articles that carry it."""

    id: int
    name: str
    slug: str
    uses: int


class ArticleTag(TaggedItemBase):
    """A tag on an article."""

    content_object = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["content_object", "tag"], name="article_has_a_tag_once"),)

    def __str__(self) -> str:
        return str(self.tag)


class Byline(models.Model):
    """An author of an article; the order of the rows is the order of the names."""

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="byline_entries")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="byline_entries")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["article", "author"], name="byline_names_an_author_once"),)

    def __str__(self) -> str:
        return str(self.author)


class ArticleQuerySet(models.QuerySet["Article"]):
    """Which articles, and with what."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the articles, and let the search forget them."""
        with transaction.atomic():
            search_index.backend().forget(self.values_list("pk", flat=True))
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

    def latest_first(self) -> Self:
        """Order as the paper does."""
        return self.order_by("-published_at", "-pk")

    def with_card(self) -> Self:
        """Load what a list shows of each article, and no more, in one query."""
        byline = Byline.objects.filter(article=OuterRef("pk")).order_by("pk")
        return (
            self.select_related("section", "cover")
            .annotate(byline_rows=JSONRows(byline, name="author__name", slug="author__slug"))
            .defer("body", "body_html", "headings", "citations", "findings")
        )

    def with_tags(self) -> Self:
        """Add the tags, in order of their names, without a query of their own."""
        uses = (
            ArticleTag.objects.filter(tag=OuterRef("tag")).order_by().values("tag").annotate(n=Count("pk")).values("n")
        )
        tags = ArticleTag.objects.filter(content_object=OuterRef("pk")).annotate(uses=models.Subquery(uses))
        columns = {"id": "tag_id", "name": "tag__name", "slug": "tag__slug", "uses": "uses"}
        return self.annotate(tag_rows=JSONRows(tags.order_by("tag__name"), **columns))

    def with_page(self) -> Self:
        """Load all that the article's own page shows, in a fixed number of queries."""
        key_points = models.Prefetch("key_points", KeyPoint.objects.with_support())
        sources = models.Prefetch("sources", Source.objects.with_work())
        corrections = models.Prefetch("corrections", Correction.objects.published())
        return self.with_card().with_tags().defer(None).defer("body").prefetch_related(key_points, sources, corrections)

    def related_to(self, article: "Article") -> Self:
        """Select the published articles that share tags with one, the rarest tags weighing most.

        The article must come from `with_tags()`.
        """
        weights = [When(tagged_items__tag=tag["id"], then=Value(1 / tag["uses"])) for tag in article.tag_links]
        if not weights:
            return self.none()
        sharing = self.published().filter(tagged_items__tag__in=[tag["id"] for tag in article.tag_links])
        weighed = sharing.exclude(pk=article.pk).annotate(weight=Sum(Case(*weights, output_field=FloatField())))
        shown = weighed.select_related("section").only(
            "title", "slug", "published_at", "section__name", "section__slug"
        )
        return shown.order_by("-weight", "-published_at", "-pk")[:RELATED_ARTICLES]
