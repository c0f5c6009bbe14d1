"""`manage.py load_sample`: articles, discussions and pictures to judge the site by."""

from typing import Any

from django.core.management.base import BaseCommand

from kiwiguard.sample.loading import load_sample


class Command(BaseCommand):
    """Loads the sample content, once."""

    help = "Load the sample content; says so if it is there."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything or nothing."""
        count = load_sample()
        self.stdout.write(f"{count} sample articles were loaded." if count else "The sample content is there already.")
