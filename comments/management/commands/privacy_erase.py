"""`manage.py privacy_erase ADDRESS`: forget an e-mail address and who wrote with it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from comments.models import Access, Comment


class Command(BaseCommand):
    """Answers a request for erasure (GDPR, article 17)."""

    help = "Erase the personal data under an e-mail address; the text of published replies stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("address")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Erase and say how much; raises CommandError if nothing is held."""
        theirs = Comment.objects.by(options["address"])
        if not theirs.exists():
            raise CommandError("Nothing is held under this address.")
        Access.objects.record(theirs, Access.Kind.ERASED)
        count = theirs.erase()
        self.stdout.write(f"{count} {'reply' if count == 1 else 'replies'} erased.")
