"""An address is proven when its owner follows a link of the site's own mail and presses the button there."""

from django.db import transaction
from django.utils import timezone

from comments import announcing
from comments.models import Comment, Policy
from comments.rules.judging import judge_proven


@transaction.atomic
def prove(reply: Comment) -> None:
    """Record that the address of a reply is its author's, confirm the mail that was asked for, and judge again."""
    reply.refresh_from_db(from_queryset=Comment.objects.locked())  # it may have been decided on since it was read
    now = timezone.now()
    reply.subscriptions.filter(confirmed_at__isnull=True).update(confirmed_at=now)
    if reply.proven_at is None:
        reply.proven_at = now
        Comment.objects.filter(pk=reply.pk).update(proven_at=now)
        judge_proven(reply, Policy.current())
    decision = reply.latest_verdict
    if decision is not None and decision.verdict == reply.status:
        announcing.announce_decision(decision, reply)
