"""Readers' reports of replies: enough of them, from different readers, hide a reply until a moderator looks."""

from django.db import transaction

from comments.clients import client_fingerprints
from comments.limits import HOUR, MINUTE, Limit, spend
from comments.models import Comment, Policy, Report
from comments.personal_data import keyed_digest

PER_MINUTE = 5
PER_HOUR = 20


@transaction.atomic
def file_report(report: Report, *, address: str) -> None:
    """Store a report that came from a network address; a second one of the same reader changes nothing.

    Raises `comments.limits.TooMany` over a limit.
    """
    spend(Limit("report", client_fingerprints(address), {MINUTE: PER_MINUTE, HOUR: PER_HOUR}))
    reply = Comment.objects.locked().get(pk=report.comment_id)
    # Salted by the reply: the same reader counts once, however long it takes, and can't be followed elsewhere.
    report.client = keyed_digest("reporter", str(reply.pk), address)
    open_reports = reply.reports.filter(settled_at__isnull=True)
    if open_reports.filter(client=report.client).exists():
        return
    report.save()
    count = open_reports.count()
    if reply.is_visible and count >= Policy.current().reports_to_hide:
        reply.hide(rule="reports", reason=f"{count} readers reported it")
