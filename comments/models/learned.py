"""What the site has learned from its own decisions."""

from django.db import models
from django.utils import timezone

from articles.models import Shown, ShownQuerySet


class LearnedFilter(Shown):
    """The latest training of the filter: its counts, and how well they do on replies that they hadn't seen."""

    trained_at = models.DateTimeField(default=timezone.now)
    approved = models.PositiveIntegerField()
    spam = models.PositiveIntegerField()
    counts = models.JSONField(help_text="By word: in how many approved replies it stands, and in how many spam ones.")
    accuracy = models.FloatField(null=True)
    caught = models.FloatField(null=True, help_text="The share of spam that was recognised.")
    false_alarms = models.FloatField(null=True, help_text="The share of good replies that were taken for spam.")

    objects = ShownQuerySet["LearnedFilter"].as_manager()

    class Meta:
        ordering = ("-trained_at", "-pk")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.trained_at):%Y-%m-%d %H:%M}"

    def page_keys(self) -> set[str]:
        """Name what is kept of the rules in memory."""
        return {"rules"}
