"""`manage.py settle_lists`: after rows were changed past the program, in the database itself."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from articles.models import Change, Turn
from articles.models.place import place_anew
from articles.models.turn import take_turn
from comments.models.tally import tally_anew
from kiwiguard.fronts import EVERYTHING


class Command(BaseCommand):
    """Makes what is kept beside articles and replies say what they say; whoever publishes or decides waits for it."""

    help = "Make the places of articles in lists and the counts of replies anew, from the articles and replies."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle all of them together, and have every page made anew."""
        with transaction.atomic():
            take_turn(Turn.PAPER)
            take_turn(Turn.DISCUSSIONS)
            place_anew()
            tally_anew()
            Change.objects.note({EVERYTHING})
        self.stdout.write("Every list is settled.")
