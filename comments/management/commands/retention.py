"""`manage.py retention`: apply the table of how long things are kept."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from comments import retention
from comments.models import Policy


class Command(BaseCommand):
    """Removes what is older than the policy allows; the worker does the same once a day."""

    help = "Remove what is older than the discussion policy allows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each line of the table."""
        policy = Policy.current()
        removed = retention.carry_out(is_dry_run=options["dry_run"])
        verb = "would go" if options["dry_run"] else "removed"
        for line in retention.TABLE:
            self.stdout.write(f"{removed[line.name]:>7} {verb}: {line.what}, after {line.days(policy)} days")
