"""How this site holds its discussions: one row, changed in the admin, and the articles where they are closed."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.template.defaultfilters import pluralize
from django.utils import timezone

from articles.models import Article, Shown, ShownQuerySet

MOST = 10_000  # days, minutes or replies: more than anybody means, and safe to reckon with


class Policy(Shown):
    """The rules of the house. There is one row; without it the defaults hold."""

    class Order(models.TextChoices):
        """Which thread comes first."""

        OLDEST = "oldest", "Oldest first"
        NEWEST = "newest", "Newest first"

    replies_open = models.BooleanField("replies are open", default=True, help_text="Untick to close every discussion.")
    close_after_days = models.PositiveSmallIntegerField(
        default=60, help_text="Days after publication when a discussion closes; 0 keeps all of them open."
    )
    order = models.CharField(max_length=10, choices=Order, default=Order.OLDEST)
    max_depth = models.PositiveSmallIntegerField(
        "depth of nesting",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="Answers that go deeper stay in order at the last level.",
    )
    edit_minutes = models.PositiveSmallIntegerField(
        "minutes to edit", default=15, help_text="How long after approval authors may still edit or withdraw a reply."
    )
    may_approve = models.BooleanField(
        "rules may approve",
        default=False,
        help_text="Let a rule's “approve” publish a reply without a person. Off: it is only shown to moderators.",
    )
    replies_per_minute = models.PositiveSmallIntegerField("replies a minute for one client", default=3)
    replies_per_hour = models.PositiveSmallIntegerField("replies an hour for one client", default=20)
    article_replies_per_minute = models.PositiveSmallIntegerField("replies a minute under one article", default=60)
    reports_to_hide = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1)],
        help_text="How many different readers must report a reply to hide it until a moderator looks.",
    )
    spam_days = models.PositiveSmallIntegerField("days to keep spam", default=14)
    refused_days = models.PositiveSmallIntegerField("days to keep refused and withdrawn replies", default=90)
    unproven_days = models.PositiveSmallIntegerField("days to keep an unconfirmed wish for mail", default=1)
    personal_days = models.PositiveSmallIntegerField(
        "days to keep personal data", default=365, help_text="Counted from the last reply of the same person."
    )
    client_days = models.PositiveSmallIntegerField("days to keep fingerprints of network addresses", default=30)

    objects = ShownQuerySet["Policy"].as_manager()

    class Meta:
        verbose_name = "discussion policy"
        verbose_name_plural = "discussion policy"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_policy"),)

    def __str__(self) -> str:
        return "Discussion policy"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it as the one row."""
        self.pk = 1
        super().save(*args, **kwargs)

    def page_keys(self) -> set[str]:
        """Name the pages of every discussion."""
        return {"policy"}

    def clean(self) -> None:
        """Refuse numbers that no calendar holds."""
        numbers = (field.name for field in self._meta.fields if isinstance(field, models.PositiveSmallIntegerField))
        errors = {name: f"At most {MOST:,}." for name in numbers if (getattr(self, name) or 0) > MOST}
        if errors:
            raise ValidationError(errors)

    @classmethod
    def current(cls) -> "Policy":
        """Return the policy that holds now."""
        return next(iter(cls.objects.all()), None) or cls()

    def why_closed(self, article: Article, *, is_closed: bool | None = None) -> str:
        """Return the sentence that says why no reply to an article is taken; empty while it is open.

        `is_closed` is for callers who know already whether staff have closed the discussion.
        """
        if not self.replies_open:
            return "Replies are closed on this site at present."
        if is_closed is None:
            is_closed = ClosedDiscussion.objects.filter(article=article).exists()
        if is_closed:
            return "Replies to this article are closed."
        closes_at = self._end_of(article)
        if closes_at and closes_at <= timezone.now():
            date = f"{timezone.localtime(closes_at):%-d %B %Y}"
            days = f"{self.close_after_days} day{pluralize(self.close_after_days)}"
            return f"Replies to this article closed on {date}, {days} after publication."
        return ""

    def closes_at(self, article: Article) -> datetime | None:
        """Return when the discussion of an article closes by age, if that is still to come."""
        closes_at = self._end_of(article)
        return closes_at if closes_at and closes_at > timezone.now() else None

    def _end_of(self, article: Article) -> datetime | None:
        if not self.close_after_days or article.published_at is None:
            return None
        return article.published_at + timedelta(days=self.close_after_days)


class ClosedDiscussion(Shown):
    """An article whose discussion staff have closed."""

    KEY_FIELDS = ("article_id",)

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="closed_discussion")
    closed_at = models.DateTimeField(default=timezone.now)

    objects = ShownQuerySet["ClosedDiscussion"].as_manager()

    def __str__(self) -> str:
        return "Replies are closed"

    def page_keys(self) -> set[str]:
        """Name the pages of the discussion."""
        return {f"replies-{self.article_id}"}
