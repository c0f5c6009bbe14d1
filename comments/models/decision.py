"""The record of what was decided on replies."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions, which can be read and added, and nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: the record is append-only."""
        raise ValueError("A recorded decision is never changed; decide again instead.")

    def forget_texts(self, replies: Any) -> None:
        """Blank the texts and notes on replies whose author is forgotten: the one change that the record allows."""
        models.QuerySet.update(self.filter(comment__in=replies), before="", after="", note="")

    def delete(self) -> NoReturn:
        """Refuse: the record is append-only."""
        raise ValueError("A recorded decision is never deleted.")


class Decision(models.Model):
    """Who or what decided on which reply, when and why. Append-only: a change of mind is another row.

    It outlives its reply: the record of a reply that retention deleted still says that it was decided on.
    """

    comment = models.ForeignKey(
        "comments.Comment",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="decisions",
        verbose_name="reply",
    )
    previous = models.CharField(max_length=10)
    verdict = models.CharField(max_length=10)
    before = models.TextField(blank=True, help_text="The text before an edit.")
    after = models.TextField(blank=True, help_text="The text after an edit.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="decisions")
    rule = models.CharField(max_length=40, blank=True, help_text="The rule that decided, where no person did.")
    reason = models.CharField(max_length=300, blank=True)
    note = models.TextField(max_length=1000, blank=True, help_text="What the moderator told the author.")
    batch = models.UUIDField(null=True, db_index=True, help_text="What was decided in one step.")
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = (models.Index(fields=["made_at"], condition=Q(actor__isnull=False), name="decision_of_a_person"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(verdict=F("previous")) | ~Q(before=F("after")) | ~Q(reason=""),
                name="decision_changes_something",
            ),
        )

    def __str__(self) -> str:
        return f"{self.previous} → {self.verdict}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new decision; raises ValueError for one that is already recorded."""
        if self.pk:
            raise ValueError("A recorded decision is never changed; decide again instead.")
        super().save(*args, **kwargs)

    @property
    def by(self) -> str:
        """Who decided, as the record shows it: a person, a rule, or the author of the reply."""
        if self.actor is not None:
            return self.actor.get_username().partition("@")[0]  # it may be an address
        return f"rule “{self.rule}”" if self.rule else "the author"
