"""`manage.py rebuild_search_index`: after an upgrade from a version without search, or when in doubt."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.models import Article
from articles.search.indexing import rebuild

BAR_CHARACTERS = 40


class Command(BaseCommand):
    """Makes the search index anew; writers go on beside it."""

    help = "Make the search index anew from all published and scheduled articles."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, with a progress bar where somebody watches."""
        articles = Article.objects.filter(status=Article.Status.PUBLISHED).order_by("pk")
        total = articles.count()
        rebuild(articles, lambda done: self._show(done, total))
        self._show(total, total)
        self.stderr.write("")
        self.stdout.write(f"{total} articles are in the search index.")

    def _show(self, done: int, total: int) -> None:
        filled = BAR_CHARACTERS * done // total if total else BAR_CHARACTERS
        bar = "█" * filled + "·" * (BAR_CHARACTERS - filled)
        self.stderr.write(f"\r{bar} {done:,} of {total:,}", ending="")
