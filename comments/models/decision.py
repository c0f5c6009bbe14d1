"""The record of what was decided on replies."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class Decision(models.Model):
    """Who decided what on which reply, when and why. Append-only: a change of mind is another row."""

    comment = models.ForeignKey("comments.Comment", on_delete=models.CASCADE, related_name="decisions")
    previous = models.CharField(max_length=10)
    verdict = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="decisions")
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(verdict=models.F("previous")), name="decision_changes_the_status"
            ),
        )

    def __str__(self) -> str:
        return f"{self.previous} → {self.verdict}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new decision; raises ValueError for one that is already recorded."""
        if self.pk:
            raise ValueError("A recorded decision is never changed; decide again instead.")
        super().save(*args, **kwargs)
