"""`manage.py check_links`: whether the addresses of the sources still answer."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.links.checking import check_each
from articles.models import LinkCheck


class Command(BaseCommand):
    """Looks at the addresses that are due, or at all."""

    help = "Check the addresses of sources that are due; progress goes to stderr, the summary to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--all", action="store_true", help="check every address, due or not")
        parser.add_argument("--limit", type=int, metavar="N", help="check at most so many")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check one after the other, and say what was found; raises CommandError for a limit below 0."""
        if (options["limit"] or 0) < 0:
            raise CommandError("--limit must be at least 0.")
        links = LinkCheck.objects.cited().order_by("next_check_at") if options["all"] else LinkCheck.objects.due()
        found: Counter[str] = Counter()
        for link in check_each(links, limit=options["limit"]):
            found[link.get_status_display()] += 1
            self.stderr.write(f"{link.get_status_display()}: {link.cited_url} {link.note}".rstrip())
        self.stdout.write(f"{found.total()} checked")
        for status, number in found.most_common():
            self.stdout.write(f"{number:6} {status}")
