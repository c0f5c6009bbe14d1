"""What readers say of replies that are published."""

from typing import Any

from django.db import models
from django.utils import timezone


class ReportManager(models.Manager["Report"]):
    """Finds and reopens reports."""

    def reopen(self, **which: Any) -> None:
        """Open settled reports again, but for those whose reader has reported anew."""
        for report in self.filter(**which):
            if not self.filter(comment=report.comment_id, client=report.client, settled_at__isnull=True).exists():
                self.filter(pk=report.pk).update(settled_at=None)


class Report(models.Model):
    """A reader's word that an approved reply should be looked at again; a client reports a reply once."""

    class Reason(models.TextChoices):
        """What is wrong with it."""

        ABUSE = "abuse", "It attacks or threatens somebody"
        PRIVATE = "private", "It gives away private facts"
        SPAM = "spam", "It advertises"
        FALSE = "false", "It says what isn't so"
        OTHER = "other", "Something else"

    comment = models.ForeignKey("comments.Comment", on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=10, choices=Reason)
    text = models.CharField(max_length=500, blank=True)
    client = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ReportManager()

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = (
            models.Index(fields=["made_at", "id"], condition=models.Q(settled_at__isnull=True), name="report_open"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["comment", "client"],
                condition=models.Q(settled_at__isnull=True),
                name="report_of_a_client_once",
            ),
        )

    def __str__(self) -> str:
        return self.get_reason_display()
