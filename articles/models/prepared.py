"""What pages show of an article, made when it changes, so that a view only has to send it."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import models

from articles.batches import batches

# Which articles show what a key names; what isn't here stands in no prepared part.
SHOWN_BY = {
    "article": "article",
    "author": "article__byline_entries__author",
    "image": "article__cover",
    "section": "article__section",
    "tag": "article__tagged_items__tag",
    "work": "article__sources__work",
}


class PreparedQuerySet(models.QuerySet["PreparedArticle"]):
    """Which articles are prepared."""

    def forget(self, keys: Iterable[str]) -> None:
        """Have everything made anew that shows what these keys name, such as `author-7`.

        Also what is old already: it may be under way, made of what was before the change.
        """
        wanted: dict[str, set[int]] = defaultdict(set)
        for key in keys:
            kind, _, number = key.rpartition("-")
            if kind in SHOWN_BY:
                wanted[SHOWN_BY[kind]].add(int(number))
        for path, numbers in wanted.items():
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
