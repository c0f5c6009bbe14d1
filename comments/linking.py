"""Mailing somebody the link to all their replies."""

from contextlib import suppress

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from comments.announcing import owe
from comments.limits import HOUR, TooMany, spend
from comments.models import Comment, Notice

LINKS_PER_HOUR = 3  # to one address: nobody's inbox is filled from here


def send_link_later(fingerprint: str) -> None:
    """Leave it to the task queue to find out whether an address is known: whoever asks can't tell, not even by time."""
    if settings.MAIL_IS_ON:
        send_link.enqueue(fingerprint)


@task()
def send_link(fingerprint: str) -> None:
    """Owe the owner of an address the link to everything under it, if there is anything."""
    reply = Comment.objects.filter(email_fingerprint=fingerprint).order_by("-pk").first()
    if reply is None:
        return
    with suppress(TooMany):
        spend("mailed link", [fingerprint], {HOUR: LINKS_PER_HOUR})
        key = f"link:{reply.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
        owe([Notice(key=key, kind=Notice.Kind.LINK, reader=reply)])
