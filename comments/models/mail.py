"""The mail that the discussion owes: to authors, to followers, to moderators."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

LEASE = timedelta(minutes=10)  # how long a notice that is being sent is left to whoever sends it


class Subscription(models.Model):
    """A wish of a reply's author to get mail; nothing is sent for it before the address is proven."""

    class Kind(models.TextChoices):
        """What the mail is about."""

        DECISION = "decision", "the decision on the reply"
        ANSWERS = "answers", "answers to the reply"

    comment = models.ForeignKey("comments.Comment", on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(max_length=10, choices=Kind)
    requested_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["comment", "kind"], name="subscription_of_a_kind_once"),
            models.CheckConstraint(condition=Q(kind__in=["decision", "answers"]), name="subscription_kind_is_known"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Which notices."""

    def owed(self) -> Self:
        """Select what isn't sent, and not given up."""
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True)

    def claim(self, pk: int) -> "Notice | None":
        """Take a notice that is due for sending, so that nobody else sends it; None if there is nothing to do."""
        now = timezone.now()
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lte=now - LEASE)
        if not self.owed().filter(free, pk=pk, due_at__lte=now).update(claimed_at=now):
            return None
        return self.select_related("reader__article__section", "about__article__section", "moderator", "decision").get(
            pk=pk
        )


class Notice(models.Model):
    """A mail that is owed to somebody. It is kept until it is sent; its address is read only then."""

    class Kind(models.TextChoices):
        """What it says."""

        CONFIRM = "confirm", "Confirm your address"
        LINK = "link", "Your link"
        DECIDED = "decided", "A decision on a reply"
        ANSWERED = "answered", "An answer to a reply"
        CORRECTED = "corrected", "A correction that a reader prompted"
        WAITING = "waiting", "A reply waits"
        DIGEST = "digest", "Replies wait"

    key = models.CharField(max_length=100, unique=True, help_text="What makes it the same mail: it is owed once.")
    kind = models.CharField(max_length=10, choices=Kind)
    reader = models.ForeignKey(
        "comments.Comment",
        null=True,
        on_delete=models.CASCADE,
        related_name="notices",
        help_text="The reply whose author it goes to.",
    )
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="notices")
    about = models.ForeignKey("comments.Comment", null=True, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey("comments.Decision", null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(reader__isnull=False, moderator__isnull=True)
                | Q(reader__isnull=True, moderator__isnull=False),
                name="notice_goes_to_one",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"], condition=Q(sent_at__isnull=True, given_up_at__isnull=True), name="notice_owed"
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class MailChoice(models.Model):
    """When a moderator wants to hear of replies that wait."""

    class Often(models.TextChoices):
        """How often."""

        NEVER = "never", "Never"
        AT_ONCE = "at_once", "At once, for each reply"
        HOURLY = "hourly", "Once an hour, if any wait"
        DAILY = "daily", "Once a day, if any wait"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choice")
    often = models.CharField(max_length=10, choices=Often, default=Often.NEVER)
    last_digest_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "mail to me"
        verbose_name_plural = "mail to me"

    def __str__(self) -> str:
        return self.get_often_display()
