"""`manage.py settle_articles`: after an upgrade that changes what is made of an article when it is saved."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from articles.models import Article, PreparedArticle
from articles.preparing import prepare_old

AT_ONCE = 50  # articles in a transaction: each one has readers wait for nothing, but other writers


class Command(BaseCommand):
    """Makes every article's page match its parts again; writers go on beside it, and no date of an article changes."""

    help = "Render every article anew, with its citations, passages, findings, pages and its entry in the search index."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle them, one batch after the other; whoever stops it can start it again."""
        keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), AT_ONCE):
            batch = keys[start : start + AT_ONCE]
            with transaction.atomic():
                for article in Article.objects.locked().filter(pk__in=batch):
                    article.settle(is_edit=False)
            prepare_old(AT_ONCE, PreparedArticle.objects.filter(article__in=batch))
            self.stderr.write(f"\r{min(start + AT_ONCE, len(keys))} of {len(keys)}", ending="")
        self.stderr.write("")
        self.stdout.write(f"{len(keys)} articles are settled.")
