"""What pages show of an article, made when it changes, so that a view only has to send it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Subquery

from articles.batches import batches

# Which articles show what a key names; what isn't here stands in no prepared part, or is told by `forget_if_changed()`.
SHOWN_BY = {
    "article": "article",
    "author": "article__byline_entries__author",
    "image": "article__cover",
    "tag": "article__tagged_items__tag",
}


class PreparedQuerySet(models.QuerySet["PreparedArticle"]):
    """Which articles are prepared."""

    def forget(self, keys: Iterable[str]) -> None:
        """Have everything made anew that shows what these keys name, such as `author-7`.

        Also what is old already: it may be under way, made of what was before the change. Articles that are named
        with works cite these now, or no longer: parts say of a source only whether any others cite it too.
        """
        wanted: dict[str, set[int]] = defaultdict(set)
        for key in keys:
            kind, _, number = key.rpartition("-")
            if kind in SHOWN_BY or kind == "work":
                wanted[kind].add(int(number))
        works = wanted.pop("work", set())
        for kind, numbers in wanted.items():
            self._forget(SHOWN_BY[kind], numbers)
        if works and wanted["article"]:
            self._forget("article", _citing_alone(works, beside=wanted["article"]))

    def forget_if_changed(self, path: str, before: Mapping[int, Any], after: Mapping[int, Any]) -> None:
        """Have made anew what shows rows at a path, where what it shows of them is another than before."""
        self._forget(path, [pk for pk in {*before, *after} if before.get(pk) != after.get(pk)])

    def _forget(self, path: str, numbers: Iterable[int]) -> None:
        for batch in batches(numbers):
            self.filter(**{f"{path}__in": batch}).update(recipe="")


class PreparedArticle(models.Model):
    """The parts of an article's pages as HTML.

    They are as `articles.preparing` made them by the recipe that is named; an empty or another one says that they are
    old. There is a row for every article from its first save, so that making it and forgetting it take turns.
    """

    article = models.OneToOneField(
        "articles.Article", on_delete=models.CASCADE, primary_key=True, related_name="prepared"
    )
    recipe = models.CharField(max_length=32, blank=True)
    path = models.CharField(max_length=300, blank=True, db_index=True)  # of the article's page
    head = models.TextField(blank=True)  # of the document: metadata and links
    main = models.TextField(blank=True)  # from the title to the share links, with slots for what replies add
    lead = models.TextField(blank=True)  # first on the front page
    card = models.TextField(blank=True)  # in a list
    line = models.TextField(blank=True)  # among related articles
    entry = models.TextField(blank=True)  # in a feed
    keys = models.TextField(blank=True)  # of what the page shows
    card_keys = models.TextField(blank=True)
    targets = models.JSONField(default=list)  # the parts of the article that one can point at
    tags = models.JSONField(default=list)  # each with its weight when related articles are looked for
    cited_elsewhere = models.JSONField(default=list)  # the sources, each with what it stands for, that others cite too

    objects = PreparedQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["recipe"], condition=models.Q(recipe=""), name="prepared_before_the_change"),)

    def __str__(self) -> str:
        return f"Parts of article {self.article_id}"


def _citing_alone(works: set[int], *, beside: set[int]) -> list[int]:
    """Return those articles, published or scheduled, that are the only ones beside some others to cite one of these."""
    work, source = (apps.get_model("articles", name) for name in ("Work", "Source"))
    published: Any = models.QuerySet(source).filter(work=OuterRef("pk"), article__status="published").order_by()
    citing = published.exclude(article__in=beside)
    found: Any = models.QuerySet(work).filter(pk__in=works).order_by()
    one = found.annotate(one=Subquery(citing.values("article")[:1])).filter(one__isnull=False)
    return list(one.exclude(Exists(citing.exclude(article=OuterRef("one")))).values_list("one", flat=True))
