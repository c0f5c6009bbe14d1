"""Mailing somebody the link to all their replies."""

from contextlib import suppress

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from comments import personal_data
from comments.announcing import owe
from comments.limits import HOUR, Limit, TooMany, spend
from comments.models import Comment, Notice
from comments.personal_data import decrypt, encrypt, keyed_digest

LINKS_PER_HOUR = 3  # to one address: nobody's inbox is filled from here


def send_link_later(address: str) -> None:
    """Leave it to the task queue to find out whether an address is known: whoever asks can't tell, not even by time."""
    if settings.MAIL_IS_ON:
        send_link.enqueue(encrypt(address))


@task()
def send_link(encrypted: str) -> None:
    """Owe the owner of an address the link to everything under it, if there is anything."""
    fingerprint = personal_data.fingerprint(decrypt(encrypted))
    reply = Comment.objects.filter(email_fingerprint=fingerprint).order_by("-pk").first()
    if reply is None:
        return
    with suppress(TooMany):
        spend(Limit("mailed link", [keyed_digest("limit", fingerprint)], {HOUR: LINKS_PER_HOUR}))
        key = f"link:{reply.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
        owe([Notice(key=key, kind=Notice.Kind.LINK, reader=reply)])
