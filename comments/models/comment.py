"""Replies: what readers write under an article, and who decides on it."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from articles.richtext import clean_line, clean_text, render_reply, validate_url
from comments import personal_data
from comments.models.decision import Decision

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_NAME_CHARACTERS = 80
ANONYMOUS = "Name removed"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Which replies, and the decisions on them."""

    def visible(self) -> Self:
        """Select what readers may see, without ever loading a personal column."""
        return self.filter(status=Comment.Status.APPROVED).defer(*Comment.PERSONAL)

    def pending(self) -> Self:
        """Select what waits for a moderator."""
        return self.filter(status=Comment.Status.PENDING)

    def roots(self) -> Self:
        """Select the replies that answer the article itself."""
        return self.filter(parent__isnull=True)

    def oldest_first(self) -> Self:
        """Order as a discussion reads, and as a queue is worked off."""
        return self.order_by("submitted_at", "pk")

    def with_context(self) -> Self:
        """Load what a moderator sees beside a reply: article, parent, and how often its author was approved before."""
        same_person = Comment.objects.filter(email_fingerprint=OuterRef("email_fingerprint")).exclude(
            email_fingerprint=""
        )
        approved = same_person.filter(status=Comment.Status.APPROVED).exclude(pk=OuterRef("pk"))
        counted = approved.order_by().values("email_fingerprint").annotate(n=Count("pk")).values("n")
        return self.select_related("article__section", "parent").annotate(
            approved_before=Coalesce(Subquery(counted), 0)
        )

    def by(self, address: str) -> Self:
        """Select what one e-mail address has sent."""
        return self.filter(email_fingerprint=personal_data.fingerprint(address))

    def approve(self, *, by: "User") -> int:
        """Show the selected replies to readers; return how many weren't approved before."""
        return self._decide(Comment.Status.APPROVED, by=by)

    def reject(self, *, by: "User") -> int:
        """Refuse the selected replies; return how many weren't refused before."""
        return self._decide(Comment.Status.REJECTED, by=by)

    def mark_spam(self, *, by: "User") -> int:
        """File the selected replies as spam; return how many weren't before."""
        return self._decide(Comment.Status.SPAM, by=by)

    def erase_personal_data(self) -> int:
        """Forget who wrote the selected replies, for good; the text stays, so that the discussion can be read."""
        return self.filter(erased_at__isnull=True).update(
            name=ANONYMOUS, website="", email_encrypted="", email_fingerprint="", erased_at=timezone.now()
        )

    def _decide(self, verdict: "Comment.Status", *, by: "User") -> int:
        now = timezone.now()
        with transaction.atomic():
            undecided = self.order_by("pk").exclude(status=verdict).select_for_update(of=("self",))
            before = dict(undecided.values_list("pk", "status"))
            Comment.objects.filter(pk__in=before).update(status=verdict, decided_at=now)
            Decision.objects.bulk_create(
                Decision(comment_id=pk, previous=previous, verdict=verdict, actor=by, made_at=now)
                for pk, previous in before.items()
            )
        return len(before)


class Comment(models.Model):
    """A reader's reply. Born pending; only a moderator's decision shows it."""

    class Status(models.TextChoices):
        """Where a reply stands. A moderator may move it from any of these to any other but back to pending."""

        PENDING = "pending", "Pending"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        SPAM = "spam", "Spam"

    PERSONAL = ("email_encrypted", "email_fingerprint", "submission")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="answers")
    root = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="thread")
    name = models.CharField(max_length=MAX_NAME_CHARACTERS)
    website = models.URLField(max_length=500, blank=True, validators=[validate_url])
    body = models.TextField()
    body_html = models.TextField(editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING, db_default=Status.PENDING)
    submitted_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    email_encrypted = models.TextField(blank=True, editable=False)
    email_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    submission = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - null: no form sent it

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "reply"
        verbose_name_plural = "replies"
        ordering = ("-submitted_at", "-pk")
        permissions = (
            ("moderate_comment", "Can approve, reject and file replies as spam"),
            ("view_personal_data", "Can see the e-mail addresses of those who reply"),
            ("export_personal_data", "Can export what is held about a person"),
            ("erase_personal_data", "Can erase the personal data of a reply"),
        )
        indexes = (
            models.Index(
                fields=["article", "submitted_at", "id"],
                condition=Q(parent__isnull=True),
                name="thread_roots_in_order",
            ),
            models.Index(fields=["root", "status", "submitted_at", "id"], name="thread_answers_in_order"),
            models.Index(fields=["article", "status"], name="comment_by_article_and_status"),
            models.Index(fields=["status", "submitted_at", "id"], name="comment_queue_in_order"),
            models.Index(fields=["email_fingerprint", "status"], name="comment_by_person"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["pending", "approved", "rejected", "spam"]),
                name="comment_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="pending") | Q(decided_at__isnull=False), name="comment_decided_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, root__isnull=True) | Q(parent__isnull=False, root__isnull=False),
                name="comment_answer_has_a_root",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="comment_answers_another"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(body=""), name="comment_has_name_and_text"),
        )

    def __str__(self) -> str:
        return f"Reply {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the reply, the text as it was typed and beside it the safe HTML that pages show."""
        self.name = clean_line(self.name)
        self.body = clean_text(self.body)
        self.body_html = render_reply(self.body)
        if self.website:
            validate_url(self.website)
        if self.parent is not None:
            self.root_id = self.parent.root_id or self.parent.pk
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the path that leads to the reply on whichever page of its discussion it stands."""
        return reverse("comments:permalink", args=[self.pk])

    @property
    def email(self) -> str:
        """The address to write to, decrypted; never for a page, log or message that others see."""
        return personal_data.decrypt(self.email_encrypted)

    @email.setter
    def email(self, address: str) -> None:
        self.email_encrypted = personal_data.encrypt(address)
        self.email_fingerprint = personal_data.fingerprint(address) if address else ""

    @property
    def is_visible(self) -> bool:
        """Whether readers see it; `CommentQuerySet.visible()` is the same rule as a query."""
        return self.status == self.Status.APPROVED

    def approve(self, *, by: "User") -> None:
        """Show the reply to readers."""
        Comment.objects.filter(pk=self.pk).approve(by=by)
        self.refresh_from_db()

    def reject(self, *, by: "User") -> None:
        """Refuse the reply."""
        Comment.objects.filter(pk=self.pk).reject(by=by)
        self.refresh_from_db()

    def mark_spam(self, *, by: "User") -> None:
        """File the reply as spam."""
        Comment.objects.filter(pk=self.pk).mark_spam(by=by)
        self.refresh_from_db()
