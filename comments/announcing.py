"""Who is told of what: it owes people notices, which `comments.mailing` sends.

Deciding on replies only leaves a task behind; who asked for mail is found out when the task runs.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import task

from articles.asking import ask
from comments import mailing
from comments.models.decision import Decision
from comments.models.mail import MailChoice, Notice, Subscription

if TYPE_CHECKING:
    from comments.models.comment import Comment

MOST_ABOVE = 1_000  # replies: who wrote none of those nearest above an answer has long left the talk
_ABOVE = """
    WITH RECURSIVE above (id, parent_id, distance) AS (
        SELECT id, parent_id, 1 FROM comments_comment WHERE id = %s
        UNION ALL SELECT parent.id, parent.parent_id, distance + 1
        FROM above JOIN comments_comment parent ON parent.id = above.parent_id WHERE distance < %s
    ) SELECT id FROM above
"""
DIGEST_PAUSES = {MailChoice.Often.HOURLY: timedelta(hours=1), MailChoice.Often.DAILY: timedelta(days=1)}


def announce_later(batch: UUID) -> None:
    """Leave the telling of decisions to the task queue, in the transaction that made them."""
    if settings.MAIL_IS_ON:
        announce.enqueue(str(batch))


def announce_arrival_later(reply: "Comment") -> None:
    """Leave the telling of moderators about a new reply to the task queue."""
    if settings.MAIL_IS_ON and MailChoice.objects.filter(often=MailChoice.Often.AT_ONCE).exists():
        announce_arrival.enqueue(reply.pk)


@task()
def announce(batch: str) -> None:
    """Tell authors what was decided on their replies, and followers of the answers that appeared."""
    for decision in Decision.objects.filter(batch=batch).select_related("comment").order_by("pk"):
        if decision.comment is not None and decision.verdict != decision.previous:
            announce_decision(decision, decision.comment)


def announce_decision(decision: Decision, reply: "Comment") -> None:
    """Owe the mails that follow from one decision on a reply."""
    notices = []
    if decision.verdict in {"approved", "rejected", "spam"}:
        asked = _confirmed(Subscription.Kind.DECISION).filter(comment=reply)
        notices += [_decided(decision, subscription.comment) for subscription in asked]
    if decision.verdict == "approved" and reply.parent_id:
        notices += [_answered(reply, subscription.comment) for subscription in _followers(reply)]
    owe(notices)


@task()
def announce_arrival(pk: int) -> None:
    """Tell the moderators who want to hear at once that a reply waits."""
    eager = MailChoice.objects.filter(often=MailChoice.Often.AT_ONCE, user__is_active=True).select_related("user")
    owe(
        Notice(key=f"waiting:{pk}:{choice.user_id}", kind=Notice.Kind.WAITING, moderator=choice.user, about_id=pk)
        for choice in eager
    )


def announce_digests(*, is_anything_waiting: bool) -> None:
    """Owe a digest to each moderator whose hour or day is over, if anything waits."""
    now = timezone.now()
    for choice in MailChoice.objects.filter(often__in=DIGEST_PAUSES).select_related("user"):
        last = choice.last_digest_at
        if is_anything_waiting and (last is None or now - last >= DIGEST_PAUSES[MailChoice.Often(choice.often)]):
            key = f"digest:{choice.user_id}:{now:%Y%m%d%H%M}"
            with transaction.atomic():  # one that isn't owed in the end was none
                MailChoice.objects.filter(pk=choice.pk).update(last_digest_at=now)
                owe([Notice(key=key, kind=Notice.Kind.DIGEST, moderator=choice.user)])


def announce_correction(reply: "Comment") -> None:
    """Tell a reader that the correction is published which a reply led to."""
    if _confirmed(Subscription.Kind.DECISION).filter(comment=reply).exists():
        key = f"corrected:{reply.pk}:{reply.correction_id}"
        owe([Notice(key=key, kind=Notice.Kind.CORRECTED, reader=reply, about=reply)])


def ask_to_confirm(reply: "Comment") -> None:
    """Owe the one mail that goes to an address before it is proven."""
    now = timezone.now()
    owe([Notice(key=f"confirm:{reply.pk}:{now:%Y%m%d%H%M%S}", kind=Notice.Kind.CONFIRM, reader=reply)])


def forget(replies: QuerySet["Comment"]) -> None:
    """Drop the wishes of the authors of some replies, and what is still owed to them."""
    Subscription.objects.filter(comment__in=replies).delete()
    Notice.objects.filter(reader__in=replies).delete()


def owe(notices: Iterable[Notice]) -> None:
    """Store notices, each owed once whatever runs twice, and hand them to the task queue."""
    notices = list(notices)
    if not notices or not settings.MAIL_IS_ON:
        return
    with transaction.atomic():
        known = set(Notice.objects.filter(key__in=[notice.key for notice in notices]).values_list("key", flat=True))
        new = [notice for notice in notices if notice.key not in known]
        Notice.objects.bulk_create(new, ignore_conflicts=True)
        for pk in Notice.objects.filter(key__in=[notice.key for notice in new]).values_list("pk", flat=True):
            mailing.deliver.enqueue(pk)


def moderators() -> QuerySet[User]:
    """Select the active accounts that may decide on replies."""
    may = Q(user_permissions__codename="moderate_comment") | Q(groups__permissions__codename="moderate_comment")
    return User.objects.filter(may | Q(is_superuser=True), is_active=True).distinct()


def _confirmed(kind: Subscription.Kind) -> QuerySet[Subscription]:
    return Subscription.objects.filter(kind=kind, confirmed_at__isnull=False).select_related("comment")


def _decided(decision: Decision, reply: "Comment") -> Notice:
    return Notice(key=f"decided:{decision.pk}", kind=Notice.Kind.DECIDED, reader=reply, about=reply, decision=decision)


def _answered(answer: "Comment", reply: "Comment") -> Notice:
    return Notice(key=f"answered:{answer.pk}:{reply.pk}", kind=Notice.Kind.ANSWERED, reader=reply, about=answer)


def _followers(answer: "Comment") -> list[Subscription]:
    """Return the wishes of those above an answer in its thread, each person once, its own author left out."""
    above = [pk for (pk,) in ask(_ABOVE, answer.parent_id, MOST_ABOVE)]
    subscriptions = _confirmed(Subscription.Kind.ANSWERS).filter(comment__in=above).order_by("comment")
    people = {s.comment.email_fingerprint: s for s in subscriptions if s.comment.email_fingerprint}
    people.pop(answer.email_fingerprint, None)
    return list(people.values())
