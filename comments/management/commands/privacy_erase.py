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
        keys = list(theirs.values_list("pk", flat=True))
        if not keys:
            raise CommandError("Nothing is held under this address.")
        Access.objects.bulk_create([Access(comment_id=pk, kind=Access.Kind.ERASED) for pk in keys])
        self.stdout.write(f"{theirs.erase()} {'reply' if len(keys) == 1 else 'replies'} erased.")
