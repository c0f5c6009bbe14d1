"""`manage.py privacy_export ADDRESS`: all that is held about an e-mail address, as JSON."""

from argparse import ArgumentParser
from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from comments.held import held
from comments.models import Access, Comment


class Command(BaseCommand):
    """Answers a request for access (GDPR, article 15)."""

    help = "Print all that is held about an e-mail address, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the JSON; raises CommandError if nothing is held, or a key is missing."""
        theirs = Comment.objects.by(options["address"])
        if not theirs.exists():
            raise CommandError("Nothing is held under this address.")
        try:
            for part in held(theirs):
                self.stdout.write(part, ending="")
        except InvalidToken as error:
            raise CommandError("What is held was encrypted with a key that isn't in EMAIL_KEYS.") from error
        Access.objects.record(theirs, Access.Kind.EXPORTED)
