"""`manage.py privacy_report`: what personal data is held, how old it is, and under which rule."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Max, Min, QuerySet

from comments import retention
from comments.models import Access, Comment, CommentQuerySet, Notice, Policy, Report, RetentionRun, Subscription
from comments.models.queryset import REFUSED, Status


class Command(BaseCommand):
    """Prints the holdings; no address is in them."""

    help = "Say what personal data is held, how old it is, and under which rule it goes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a table of the holdings, then the rules, then the last run."""
        known = Comment.objects.exclude(email_fingerprint="")
        spam, refused = (Comment.objects.filter(status__in=which) for which in ([Status.SPAM], REFUSED))
        clients = Comment.objects.exclude(client="")
        holdings: tuple[tuple[str, QuerySet[Any, Any], CommentQuerySet, str], ...] = (
            ("people (e-mail addresses, encrypted)", known.values("email_fingerprint").distinct(), known, "personal"),
            ("replies with a name and an address", known, known, "personal"),
            ("spam", spam, spam, "spam"),
            ("rejected and withdrawn replies", refused, refused, "refused"),
            ("fingerprints of network addresses", clients, clients, "clients"),
        )
        self.stdout.write(f"{'held':<42}{'number':>8}  {'oldest':<12}{'newest':<12}rule")
        for name, counted, dated, rule in holdings:
            age = dated.aggregate(oldest=Min("submitted_at"), newest=Max("submitted_at"))
            oldest, newest = (f"{moment:%Y-%m-%d}" if moment else "–" for moment in (age["oldest"], age["newest"]))
            self.stdout.write(f"{name:<42}{counted.count():>8}  {oldest:<12}{newest:<12}{rule}")
        for name, count, rule in (
            ("wishes for mail, not confirmed", Subscription.objects.filter(confirmed_at=None).count(), "unproven"),
            ("wishes for mail, confirmed", Subscription.objects.exclude(confirmed_at=None).count(), "personal"),
            ("notices on record", Notice.objects.count(), "notices"),
            ("reports by readers", Report.objects.count(), "reporters"),
            ("looks at personal data, recorded", Access.objects.count(), "kept"),
        ):
            self.stdout.write(f"{name:<42}{count:>8}  {'':<12}{'':<12}{rule}")
        self._print_rules()

    def _print_rules(self) -> None:
        policy = Policy.current()
        self.stdout.write("\nrules")
        for line in retention.TABLE:
            self.stdout.write(f"  {line.name:<10} {line.what}: {line.days(policy)} days")
        last = RetentionRun.objects.first()
        self.stdout.write(f"last run: {last.made_at:%Y-%m-%d %H:%M} UTC" if last else "last run: never")
