"""What the search keeps beside its index."""

from django.db import models


class SearchEntry(models.Model):
    """An article in the search index: where it stands in time, and which words stand out in it.

    Articles that are published or scheduled have one. It is all that ranking reads, so that no text has to be unpacked.
    """

    article = models.OneToOneField(
        "articles.Article", primary_key=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    place = models.BigIntegerField(db_index=True)  # see `articles.search.document.place_of`
    published_at = models.DateTimeField()
    strengths = models.TextField(blank=True)  # see `articles.search.ranking.strengths_of`

    class Meta:
        verbose_name_plural = "search entries"

    def __str__(self) -> str:
        return f"Article {self.article_id}"


class SearchWord(models.Model):
    """A word that stands somewhere in the paper, folded: what a reader may have meant, or only begun.

    Common words come into the paper before rare ones do, so that the order of the rows tells them apart.
    """

    word = models.CharField(max_length=60, unique=True)
    beginning = models.CharField(max_length=3)
    shape = models.CharField(max_length=4)  # its first letter and its length, such as “p7”

    class Meta:
        ordering = ("word",)
        indexes = (
            models.Index(fields=["beginning", "id"], name="search_word_by_beginning"),
            models.Index(fields=["shape", "id"], name="search_word_by_shape"),
        )

    def __str__(self) -> str:
        return self.word
