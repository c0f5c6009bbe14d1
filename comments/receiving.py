"""Taking in a reply: limits, rules, storing, and who is told, in one transaction."""

from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction

from comments import announcing
from comments.clients import client_fingerprints
from comments.limits import HOUR, MINUTE, Limit, TooMany, spend
from comments.models import Comment, Finding, Policy, Subscription
from comments.personal_data import keyed_digest
from comments.rules import akismet
from comments.rules.judging import judge, judge_again, keep, verdict_on
from comments.rules.submission import Submission
from comments.turns import writing

EDITS_PER_MINUTE = 5
EDITS_PER_HOUR = 30
CONFIRMATIONS_PER_HOUR = 3  # to one address: nobody's inbox is filled from here


def receive(submission: Submission, *, wishes: Iterable[Subscription.Kind] = ()) -> Comment:
    """Store a reply and return it; the same submission sent again returns the first one.

    Raises TooMany over a limit. Nothing is half-done: the reply, what the rules found, the first decision and the
    mail that is owed are stored together or not at all.
    """
    reply, house = submission.reply, submission.house
    clients = client_fingerprints(submission.address)
    reply.client = clients[0]
    findings = judge(submission, house.rules)
    try:
        with writing():
            _count(reply, clients, house.policy)
            _store(reply, findings, house.policy)
            subscribe(reply, wishes)
    except (IntegrityError, TooMany):
        earlier = Comment.objects.filter(submission=reply.submission).first()
        if earlier is None:
            raise
        return earlier
    return reply


def _store(reply: Comment, findings: list[Finding], policy: Policy) -> None:
    reply.save()
    keep(findings, reply)
    verdict = verdict_on(findings, policy)
    if verdict:
        Comment.objects.filter(pk=reply.pk).decide(verdict)
        reply.refresh_from_db()
    else:
        announcing.announce_arrival_later(reply)
        akismet.ask_later(reply)


def edit_and_judge(reply: Comment, body: str, *, address: str) -> None:
    """Change a reply's text as its author asks, and let the rules look at it again.

    Raises `comments.models.TooLate` when that is over, and TooMany for too many edits from one network address.
    """
    spend(Limit("edit", client_fingerprints(address), {MINUTE: EDITS_PER_MINUTE, HOUR: EDITS_PER_HOUR}))
    with transaction.atomic():
        reply.edit(body)
        judge_again(reply)


def subscribe(reply: Comment, wishes: Iterable[Subscription.Kind]) -> None:
    """Keep the wish for mail, and ask the address to confirm it before anything is sent."""
    wishes = list(wishes)
    if not wishes or not settings.MAIL_IS_ON or not reply.email_fingerprint:
        return
    try:
        spend(Limit("confirmation", [keyed_digest("limit", reply.email_fingerprint)], {HOUR: CONFIRMATIONS_PER_HOUR}))
    except TooMany:
        return
    Subscription.objects.bulk_create([Subscription(comment=reply, kind=kind) for kind in wishes], ignore_conflicts=True)
    announcing.ask_to_confirm(reply)


def answer_as_staff(reply: Comment, *, may_publish: bool) -> Comment:
    """Store the answer of the member of staff in `reply.staff` and return it; the same sent again is the first one.

    It is public at once if they may decide on replies.
    """
    writer = reply.staff
    assert writer is not None  # noqa: S101 - the one caller sets it
    is_author = reply.article.authors.filter(user=writer).exists()
    reply.badge = Comment.Badge.AUTHOR if is_author else Comment.Badge.STAFF
    try:
        with transaction.atomic():
            reply.save()
            if may_publish:
                reply.approve(by=writer)
    except IntegrityError:
        earlier = Comment.objects.filter(submission=reply.submission).first()
        if earlier is None:
            raise
        return earlier
    return reply


def _count(reply: Comment, clients: list[str], policy: Policy) -> None:
    of_the_client = {MINUTE: policy.replies_per_minute, HOUR: policy.replies_per_hour}
    under_the_article = {MINUTE: policy.article_replies_per_minute}
    spend(Limit("reply", clients, of_the_client), Limit("article", [str(reply.article_id)], under_the_article))
