"""The keys of what pages show: the same that `Shown.page_keys()` notes when it changes."""

from collections.abc import Iterator

from articles.models import Article


def card_keys(article: Article) -> Iterator[str]:
    """Yield the keys of what the card of an article from `with_card()` shows."""
    yield f"article-{article.pk}"
    yield from (f"author-{author['id']}" for author in article.byline)
    if article.cover_id:
        yield f"image-{article.cover_id}"


def page_keys(article: Article) -> Iterator[str]:
    """Yield the keys of what the page of an article from `with_page()` shows."""
    yield from card_keys(article)
    yield from (f"tag-{tag['id']}" for tag in article.tag_links)
    yield from (f"work-{source.work_id}" for source in article.sources.all())
