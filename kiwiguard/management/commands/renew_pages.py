"""`manage.py renew_pages`: after an upgrade, whose templates no change in the database tells of."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.models import Change
from kiwiguard.fronts import EVERYTHING


class Command(BaseCommand):
    """Has every page made anew."""

    help = "Have every page that is kept made anew: in each server process, and in the caches in front."

    def handle(self, *args: Any, **options: Any) -> None:
        """Note that what every page shows has changed, and wait until all have heard it."""
        Change.objects.note({EVERYTHING})
        self.stdout.write("Every page is made anew.")
