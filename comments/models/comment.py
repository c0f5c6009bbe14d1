"""Replies: what readers write under an article, and who decides on it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Correction, KeyPoint, Shown, Source, Traces, Turn
from articles.richtext import clean_line, clean_text, validate_url
from comments import personal_data
from comments.models import queryset, tally
from comments.models.decision import Decision
from comments.models.policy import Policy
from comments.models.queryset import CommentQuerySet, Verdict, shown_text

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_NAME_CHARACTERS = 80


class TooLate(Exception):  # noqa: N818 - what happened, as its handler reads it
    """The reply has changed meanwhile, so that what was asked can't be done to it any more."""


def _index_where_set(field: str) -> models.Index:
    return models.Index(fields=[field], condition=Q((f"{field}__isnull", False)), name=f"comment_by_{field}")


class Comment(Shown):
    """A reader's reply. Born pending; only a decision shows it."""

    Status = queryset.Status

    class Badge(models.TextChoices):
        """Whose word it is, if not a reader's."""

        STAFF = "staff", "Staff"
        AUTHOR = "author", "Author of the article"

    class Remark(models.TextChoices):
        """What a reader says of the article itself."""

        NEEDS_SOURCE = "source", "This needs a source"
        MISTAKE = "mistake", "This may be a mistake"

    TURN = Turn.DISCUSSIONS
    PERSONAL = ("email_encrypted", "email_fingerprint", "submission", "client")
    DECIDED = ("status", "decided_at", "body", "body_html", "text_digest", "proposed_body", "proposed_at", "version")

    # The foreign keys have no index of their own: see `indexes`.
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments", db_index=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="answers", db_index=False
    )
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="thread", db_index=False
    )
    name = models.CharField(max_length=MAX_NAME_CHARACTERS)
    website = models.URLField(max_length=500, blank=True, validators=[validate_url])
    body = models.TextField()
    body_html = models.TextField(editable=False)
    text_digest = models.CharField(max_length=64, blank=True, editable=False)
    status = models.CharField(
        max_length=10, choices=queryset.Status, default=queryset.Status.PENDING, db_default=queryset.Status.PENDING
    )
    submitted_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    # Whose it is
    email_encrypted = models.TextField(blank=True, editable=False)
    email_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    proven_at = models.DateTimeField(null=True, blank=True, editable=False)
    client = models.CharField(max_length=64, blank=True, editable=False)
    identicon = models.CharField(max_length=8, blank=True, editable=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    badge = models.CharField(max_length=10, choices=Badge, blank=True)
    submission = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - null: no form sent it

    # What of its thread readers see; `comments.models.tally` keeps it
    is_listed = models.BooleanField(default=False, db_default=False, editable=False)
    visible_answers = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    # Edits
    version = models.PositiveIntegerField(default=0, editable=False)
    proposed_body = models.TextField(blank=True, editable=False)
    proposed_at = models.DateTimeField(null=True, blank=True, editable=False)
    moderator_edited_at = models.DateTimeField(null=True, blank=True, editable=False)

    # What it points at
    about_key_point = models.ForeignKey(KeyPoint, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    about_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    about_heading = models.CharField(max_length=200, blank=True)
    remark = models.CharField(max_length=10, choices=Remark, blank=True)
    correction = models.ForeignKey(Correction, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)

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
        # Those that begin with a foreign key serve it too. What most replies haven't is indexed only where it is.
        indexes = (
            models.Index(
                fields=["article", "submitted_at", "id"], condition=Q(is_listed=True), name="listed_roots_in_order"
            ),
            models.Index(
                fields=["root", "status", "submitted_at", "id"],
                condition=Q(root__isnull=False),
                name="thread_answers_in_order",
            ),
            models.Index(fields=["article", "status", "submitted_at", "id"], name="comment_by_article_in_order"),
            models.Index(fields=["status", "submitted_at", "id"], name="comment_queue_in_order"),
            models.Index(fields=["submitted_at", "id"], name="comment_by_time"),
            models.Index(
                fields=["status", "decided_at", "id"],
                condition=Q(decided_at__isnull=False),
                name="comment_by_decision",
            ),
            models.Index(fields=["email_fingerprint", "submitted_at", "id"], name="comment_by_person"),
            models.Index(fields=["text_digest", "submitted_at"], name="comment_by_text"),
            models.Index(fields=["client", "submitted_at"], name="comment_by_client"),
            models.Index(
                fields=["article", "submitted_at", "id"],
                condition=Q(about_key_point__isnull=False) | Q(about_source__isnull=False) | ~Q(about_heading=""),
                name="comment_that_points",
            ),
            models.Index(fields=["status", "submitted_at", "id"], condition=~Q(remark=""), name="comment_with_remark"),
            models.Index(fields=["proposed_at"], condition=Q(proposed_at__isnull=False), name="comment_with_edit"),
            *map(_index_where_set, ("parent", "staff", "about_key_point", "about_source", "correction")),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["pending", "approved", "rejected", "spam", "withdrawn"]),
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
            models.CheckConstraint(
                condition=Q(proposed_at__isnull=True) | Q(status="approved"),
                name="comment_edit_waits_beside_a_shown_text",
            ),
            models.CheckConstraint(
                condition=Q(about_key_point__isnull=True, about_source__isnull=True)
                | Q(about_key_point__isnull=True, about_heading="")
                | Q(about_source__isnull=True, about_heading=""),
                name="comment_is_about_one_thing",
            ),
        )

    def __str__(self) -> str:
        return f"Reply {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the reply, the text as it was typed and beside it the safe HTML that pages show."""
        self.name = clean_line(self.name)
        self._show(clean_text(self.body))
        if self.website:
            validate_url(self.website)
        if self.parent is not None:
            self.root_id = self.parent.root_id or self.parent.pk
        super().save(*args, **kwargs)

    @property
    def is_shown(self) -> bool:
        """Whether any page may show it: none does a new one that waits."""
        return self.is_visible or not self._state.adding

    def page_keys(self) -> set[str]:
        """Name the pages of its discussion, if readers see it."""
        return {f"replies-{self.article_id}"} if self.is_visible else set()

    def traces(self) -> Traces:
        """Return what it leaves where readers see it; without a query for one that they don't."""
        if not self.is_visible:
            return Traces()
        points = bool(self.about_key_point_id or self.about_source_id or self.about_heading)
        seen = tally.Seen(self.article_id, self.root_id, self.submitted_at, points)
        return Traces(self.page_keys(), {self.pk: seen})

    @classmethod
    def traces_of(cls, rows: models.QuerySet[Any]) -> Traces:
        """Return the discussions in which readers see these replies, and what those count for that they see."""
        visible = rows.order_by().filter(status=cls.Status.APPROVED)
        about = ("about_key_point_id", "about_source_id", "about_heading")
        columns = visible.values_list("pk", "article_id", "root_id", "submitted_at", *about)
        facts = {pk: tally.Seen(article, root, at, any(points)) for pk, article, root, at, *points in columns}
        return Traces({f"replies-{seen.article}" for seen in facts.values()}, facts)

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and keep the tally."""
        super().note_change(before, after)
        tally.account_for(models.QuerySet(cls), before.facts, after.facts)

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
        self.identicon = personal_data.keyed_digest("identicon", self.email_fingerprint)[:8] if address else ""

    @property
    def is_visible(self) -> bool:
        """Whether readers see it; `CommentQuerySet.visible()` is the same rule as a query."""
        return self.status == self.Status.APPROVED

    @property
    def latest_verdict(self) -> Decision | None:
        """The latest decision that changed its status; edits are on the same record, and aren't meant."""
        return self.decisions.exclude(previous=F("verdict")).first()

    # Decisions

    def approve(self, *, by: "User", note: str = "") -> None:
        """Show the reply to readers."""
        self._decide(Verdict(self.Status.APPROVED, actor=by, note=note))

    def reject(self, *, by: "User", note: str = "") -> None:
        """Refuse the reply."""
        self._decide(Verdict(self.Status.REJECTED, actor=by, note=note))

    def mark_spam(self, *, by: "User") -> None:
        """File the reply as spam."""
        self._decide(Verdict(self.Status.SPAM, actor=by))

    def hide(self, *, rule: str, reason: str) -> None:
        """Take an approved reply out of sight until a moderator looks."""
        self._decide(Verdict(self.Status.PENDING, rule=rule, reason=reason))

    def take(self, verdict: Verdict, at: datetime) -> Decision:
        """Become what a verdict on a reply with an edit that waits says, without storing it; return what to record.

        Approving takes the edit, rejecting refuses the edit alone; hidden, the reply waits with its latest text.
        """
        decision = verdict.record(self.pk, self.status, at)
        decision.before, decision.after = self.body, self.proposed_body
        decision.reason = verdict.reason or f"An edit waited: {verdict.status.label.lower()}"
        if verdict.status in {self.Status.APPROVED, self.Status.PENDING}:
            self._show(self.proposed_body)
        if verdict.status in {self.Status.APPROVED, self.Status.REJECTED}:
            decision.verdict = self.Status.APPROVED
        else:
            self.status = verdict.status
            self.decided_at = None if self.status == self.Status.PENDING else at
        self._drop_edit()
        return decision

    # Edits

    def is_editable(self, policy: Policy) -> bool:
        """Whether its author may still edit or withdraw it."""
        if self.erased_at is not None or self.status not in {self.Status.PENDING, self.Status.APPROVED}:
            return False
        if self.decided_at is None:
            return True
        return timezone.now() <= self.decided_at + timedelta(minutes=policy.edit_minutes)

    @transaction.atomic
    def withdraw(self) -> None:
        """Take the reply back, as its author; raises TooLate when that is over."""
        self._lock()
        if not self.is_editable(Policy.current()):
            raise TooLate
        verdict = Verdict(self.Status.WITHDRAWN, reason="Withdrawn by its author")
        verdict.record(self.pk, self.status, timezone.now()).save()
        self.status, self.decided_at = self.Status.WITHDRAWN, timezone.now()
        self._drop_edit()
        self.save(update_fields=self.DECIDED)

    @transaction.atomic
    def edit(self, body: str) -> None:
        """Change the text as its author asks: at once while it waits, else as an edit that waits for a moderator.

        Raises TooLate when that is over.
        """
        self._lock()
        if not self.is_editable(Policy.current()):
            raise TooLate
        body = clean_text(body)
        if body == self.body and self.proposed_at is None:
            return
        self.version += 1
        if self.status == self.Status.APPROVED:
            self.proposed_body, self.proposed_at = body, timezone.now()
        else:
            self._record_edit(body, actor=None, reason="Edited by its author")
        self.save(update_fields=self.DECIDED)

    @transaction.atomic
    def edit_as_moderator(self, body: str, *, by: "User", version: int) -> None:
        """Change the text; readers see that a moderator did, and an older edit of the author's no longer waits.

        Raises TooLate if the reply is no longer the version that the moderator saw.
        """
        self._lock()
        if self.version != version:
            raise TooLate
        self._record_edit(clean_text(body), actor=by, reason="Edited by a moderator")
        self._drop_edit()
        self.moderator_edited_at = timezone.now()
        self.save(update_fields=[*self.DECIDED, "moderator_edited_at"])

    def _lock(self) -> None:
        self.refresh_from_db(from_queryset=Comment.objects.locked())

    def _drop_edit(self) -> None:
        self.proposed_body, self.proposed_at = "", None
        self.version += 1

    def _show(self, body: str) -> None:
        for column, value in shown_text(body).items():
            setattr(self, column, value)

    def _record_edit(self, body: str, *, actor: "User | None", reason: str) -> None:
        decision = Verdict(self.Status(self.status), actor=actor, reason=reason).record(
            self.pk, self.status, timezone.now()
        )
        decision.before, decision.after = self.body, body
        decision.save()
        self._show(body)

    def _decide(self, verdict: Verdict) -> None:
        Comment.objects.filter(pk=self.pk).decide(verdict)
        self.refresh_from_db()
