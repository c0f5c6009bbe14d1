"""`manage.py settle_articles`: after an upgrade that changes what is made of an article when it is saved."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.models import Article


class Command(BaseCommand):
    """Makes every article's page match its parts again; writers go on beside it, and no date of an article changes."""

    help = "Render every article anew, with its citations, passages, findings and its entry in the search index."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle them, one after the other; whoever stops it can start it again."""
        total = Article.objects.count()
        for number, pk in enumerate(Article.objects.order_by("pk").values_list("pk", flat=True).iterator(), 1):
            Article.objects.get(pk=pk).settle(is_edit=False)
            self.stderr.write(f"\r{number} of {total}", ending="")
        self.stderr.write("")
        self.stdout.write(f"{total} articles are settled.")
