"""Sending the notices that are owed: composed only when they go, and never with a reply's text.

What is later removed from the site must not live on in inboxes, so a mail says what happened and leads to it.
"""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import Error, connection
from django.template.loader import render_to_string
from django.utils import timezone
from django_tasks import task

from comments import letters
from comments.models.mail import Notice

# After each failure the pause grows; then, five days later, the notice is given up and stays on record.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440)]

SECONDS_TO_NOTE = 60.0  # that a mail is sent: a database that is restarted is back by then


@dataclass(frozen=True)
class _Envelope:
    to: str
    letter: letters.Letter
    headers: dict[str, str] = field(default_factory=dict)


@task()
def deliver(pk: int) -> None:
    """Send a notice that is owed; when the mail server fails, try again after a pause that grows."""
    notice = Notice.objects.claim(pk)
    if notice is None:
        return
    try:
        envelope = _envelope(notice)
        if envelope is None:
            Notice.objects.filter(pk=pk).update(given_up_at=timezone.now(), claimed_at=None)
            return
        _message(notice, envelope).send()
    except (OSError, SMTPException, ValueError, InvalidToken):  # its text may hold the address: it isn't kept
        _postpone(notice)
    else:
        _note_sent(pk)


def deliver_overdue() -> int:
    """Queue again what should have gone a while ago: a worker may have been killed on the way."""
    late = Notice.objects.owed().filter(due_at__lte=timezone.now() - timedelta(minutes=15))
    keys = list(late.order_by("due_at").values_list("pk", flat=True)[:1000])
    for pk in keys:
        deliver.enqueue(pk)
    return len(keys)


def _note_sent(pk: int) -> None:
    """Note that a mail went; a database that is away is waited for a while, since else the mail would go again."""
    sent_at, patience = timezone.now(), time.monotonic() + SECONDS_TO_NOTE
    while True:
        try:
            Notice.objects.filter(pk=pk).update(sent_at=sent_at, claimed_at=None)
        except Error:
            connection.close()
            if time.monotonic() >= patience:
                raise
            time.sleep(1)
        else:
            return


def _postpone(notice: Notice) -> None:
    attempts, now = notice.attempts + 1, timezone.now()
    owed = Notice.objects.filter(pk=notice.pk)
    if attempts > len(PAUSES):
        owed.update(attempts=attempts, given_up_at=now, claimed_at=None)
        return
    due_at = now + PAUSES[attempts - 1]
    owed.update(attempts=attempts, due_at=due_at, claimed_at=None)
    deliver.using(run_after=due_at).enqueue(notice.pk)


def _envelope(notice: Notice) -> _Envelope | None:
    letter = letters.compose(notice)
    person = notice.reader or notice.moderator
    if letter is None or person is None or not person.email:
        return None
    headers = {"Auto-Submitted": "auto-generated"}
    if letter.unsubscribe:
        # RFC 8058: the mail program may unsubscribe with one POST; a GET only asks.
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return _Envelope(person.email, letter, headers)


def _message(notice: Notice, envelope: _Envelope) -> EmailMultiAlternatives:
    context = {"letter": envelope.letter, "site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    headers = {**envelope.headers, "Message-ID": f"<notice-{notice.pk}@{urlsplit(settings.SITE_URL).hostname}>"}
    message = EmailMultiAlternatives(
        subject=envelope.letter.subject,
        body=envelope.letter.as_text(),
        to=[envelope.to],
        headers=headers,
    )
    message.attach_alternative(render_to_string("comments/mail/letter.html", context), "text/html")
    return message
