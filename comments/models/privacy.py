"""What is recorded about the handling of personal data."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from articles.batches import batches

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from comments.models.queryset import CommentQuerySet


class AccessManager(models.Manager["Access"]):
    """Records accesses."""

    def record(self, replies: "CommentQuerySet", kind: "Access.Kind", *, actor: "User | None" = None) -> None:
        """Record that the personal data of some replies was handled; by nobody is by an operator's command."""
        with transaction.atomic():
            for keys in batches(replies.order_by("pk").values_list("pk", flat=True)):
                self.bulk_create([Access(comment_id=pk, actor=actor, kind=kind) for pk in keys])


class Access(models.Model):
    """Somebody saw, exported or erased the personal data of a reply."""

    class Kind(models.TextChoices):
        """What was done."""

        SEEN = "seen", "Seen"
        EXPORTED = "exported", "Exported"
        ERASED = "erased", "Erased"

    comment = models.ForeignKey(
        "comments.Comment",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="accesses",
        verbose_name="reply",
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    made_at = models.DateTimeField(default=timezone.now)

    objects = AccessManager()

    class Meta:
        verbose_name = "access to personal data"
        verbose_name_plural = "accesses to personal data"
        ordering = ("-made_at", "-pk")
        indexes = (models.Index(fields=["kind", "-id"], name="access_by_kind"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {timezone.localtime(self.made_at):%Y-%m-%d}"


class RetentionRun(models.Model):
    """A run of the retention rules, and how much each of them removed."""

    made_at = models.DateTimeField(default=timezone.now)
    removed = models.JSONField(default=dict)

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.made_at):%Y-%m-%d %H:%M}"
