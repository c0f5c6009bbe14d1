"""`manage.py rotate_email_keys`: encrypt every stored address anew, with the first of `EMAIL_KEYS`."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from comments.models import Comment
from comments.personal_data import reencrypt

BATCH = 500


class Command(BaseCommand):
    """Put a new key in front of `EMAIL_KEYS`, run this, then drop the old key."""

    help = "Encrypt every stored e-mail address anew, with the first of EMAIL_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Re-encrypt row by row, each only if nobody changed it meanwhile; raises CommandError if a key is missing."""
        count = 0
        rows = Comment.objects.exclude(email_encrypted="").values_list("pk", "email_encrypted")
        for pk, stored in rows.iterator(chunk_size=BATCH):
            try:
                renewed = reencrypt(stored)
            except InvalidToken as error:
                raise CommandError(f"Reply {pk} was encrypted with a key that isn't in EMAIL_KEYS.") from error
            count += Comment.objects.filter(pk=pk, email_encrypted=stored).update(email_encrypted=renewed)
        self.stdout.write(f"{count} addresses encrypted anew.")
