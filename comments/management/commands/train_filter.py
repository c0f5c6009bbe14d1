"""`manage.py train_filter`: let the learned filter learn from the decisions so far."""

from typing import Any

from django.core.management.base import BaseCommand

from comments.rules.learned import MIN_OF_EACH
from comments.rules.learning import retrain


class Command(BaseCommand):
    """Trains the filter; the worker does the same once a day."""

    help = "Train the learned filter on the decisions of this site's moderators."

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, and say how well it does on replies that it hadn't seen."""
        learned = retrain()
        self.stdout.write(f"Learned from {learned.approved} approved and {learned.spam} spam replies.")
        if learned.accuracy is not None and learned.caught is not None and learned.false_alarms is not None:
            self.stdout.write(
                f"Cross-validated: {learned.accuracy:.1%} right; {learned.caught:.1%} of the spam caught; "
                f"{learned.false_alarms:.1%} of the good replies taken for spam."
            )
        if min(learned.approved, learned.spam) < MIN_OF_EACH:
            self.stdout.write(f"It stays silent until it has seen {MIN_OF_EACH} of each.")
