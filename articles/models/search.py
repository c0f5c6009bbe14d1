"""What the search keeps beside its index."""

from django.db import models


class SearchWord(models.Model):
    """A word that stands somewhere in the paper, folded: what a reader may have meant who found nothing."""

    word = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ("word",)

    def __str__(self) -> str:
        return self.word
