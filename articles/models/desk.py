"""What happens to an article between its first line and its last correction, and who did it."""

from typing import Any

from django.conf import settings
from django.db import models

from articles.richtext import clean_text


class DeskEntry(models.Model):
    """A note or a decision on an article, by whom and when; append-only."""

    class Kind(models.TextChoices):
        """What was done."""

        NOTE = "note", "Note"
        SUBMITTED = "submitted", "Sent for review"
        RETURNED = "returned", "Sent back to the writer"
        TAKEN_BACK = "taken_back", "Taken back by the writer"
        PUBLISHED = "published", "Published"
        SCHEDULED = "scheduled", "Scheduled"
        UNPUBLISHED = "unpublished", "Unpublished"
        WITHDRAWN = "withdrawn", "Withdrawn"
        CHANGED = "changed", "Changed after publication, without a correction"

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="desk_entries")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.NOTE)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="by"
    )
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField(max_length=2000, blank=True)
    findings = models.JSONField(default=list, help_text="What was open when it was published all the same.")

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name_plural = "desk entries"
        indexes = (models.Index(fields=["article", "-at"], name="desk_entry_by_article"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}" if self.text else self.get_kind_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the entry, its text made fit for a page."""
        self.text = clean_text(self.text)
        super().save(*args, **kwargs)
