"""How long things are kept: one table, carried out daily; the discussion itself stays readable."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from articles.batches import batches
from articles.models import Correction
from comments.models import Comment, CommentQuerySet, Notice, Policy, Report, RetentionRun, Subscription
from comments.models.queryset import REFUSED, Status

NOTICE_DAYS = 30
REMOVED_TEXT = "[removed]"


@dataclass(frozen=True)
class Line:
    """A line of the table: what it is about, how many days that is kept, what is over that age, and what happens."""

    name: str
    what: str
    days: Callable[[Policy], int]
    over: Callable[[datetime], QuerySet[Any]]
    remove: Callable[[Any], int]


def carry_out(*, is_dry_run: bool = False) -> dict[str, int]:
    """Apply every line of the table and record the run; return how much each removed, or in a dry run would remove."""
    policy, now = Policy.current(), timezone.now()
    removed = {}
    for line in TABLE:
        over = line.over(now - timedelta(days=line.days(policy)))
        removed[line.name] = over.count() if is_dry_run else _remove(line, over)
    if not is_dry_run:
        RetentionRun.objects.create(removed=removed)
    return removed


def _remove(line: Line, over: QuerySet[Any]) -> int:
    removed = 0
    for keys in batches(over.order_by("-pk").values_list("pk", flat=True)):  # answers before what they answer
        with transaction.atomic():
            removed += line.remove(over.filter(pk__in=keys))
    return removed


def _of_status(*statuses: str) -> Callable[[datetime], CommentQuerySet]:
    def over(before: datetime) -> CommentQuerySet:
        decided = Comment.objects.filter(status__in=statuses, decided_at__lt=before)
        return decided.exclude(body=REMOVED_TEXT, erased_at__isnull=False, answers__isnull=False)

    return over


def _people(before: datetime) -> CommentQuerySet:
    known = Comment.objects.exclude(email_fingerprint="").order_by().values("email_fingerprint")
    silent = known.annotate(last=Max("submitted_at")).filter(last__lt=before).values("email_fingerprint")
    return Comment.objects.filter(email_fingerprint__in=silent)


def _remove_replies(replies: CommentQuerySet) -> int:
    Correction.take_turn()  # which comes before that of the replies
    chosen = list(replies.locked().values_list("pk", flat=True))  # one may have been approved meanwhile
    over = Comment.objects.filter(pk__in=chosen)
    over.delete_unanswered()
    over.erase_personal_data()
    over.update(body=REMOVED_TEXT, body_html="", text_digest="")
    return len(chosen)


def _delete(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]


def _forget_reporters(reports: QuerySet[Report]) -> int:
    for report in reports:
        Report.objects.filter(pk=report.pk).update(client=f"gone-{report.pk}")
    return len(reports)


TABLE = (
    Line("spam", "replies filed as spam", lambda policy: policy.spam_days, _of_status(Status.SPAM), _remove_replies),
    Line(
        "refused",
        "rejected and withdrawn replies",
        lambda policy: policy.refused_days,
        _of_status(*REFUSED),
        _remove_replies,
    ),
    Line(
        "unproven",
        "wishes for mail that nobody confirmed",
        lambda policy: policy.unproven_days,
        lambda before: Subscription.objects.filter(confirmed_at__isnull=True, requested_at__lt=before),
        _delete,
    ),
    Line(
        "personal",
        "names, addresses and websites, counted from a person's last reply",
        lambda policy: policy.personal_days,
        _people,
        lambda replies: replies.erase_personal_data(),
    ),
    Line(
        "clients",
        "fingerprints of network addresses",
        lambda policy: policy.client_days,
        lambda before: Comment.objects.filter(submitted_at__lt=before).exclude(client=""),
        lambda replies: replies.update(client=""),
    ),
    Line(
        "reporters",
        "fingerprints of readers who reported a reply",
        lambda policy: policy.client_days,
        lambda before: Report.objects.filter(made_at__lt=before).exclude(client__startswith="gone-"),
        _forget_reporters,
    ),
    Line(
        "notices",
        "the record of mails that were sent or given up",
        lambda _: NOTICE_DAYS,
        lambda before: (
            Notice.objects.filter(made_at__lt=before)
            .exclude(sent_at=None, given_up_at=None)
            .exclude(kind=Notice.Kind.CORRECTED)  # it says that the reader was told
        ),
        _delete,
    ),
)
