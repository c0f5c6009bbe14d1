"""The one bridge from an article's page to its replies."""

from django import template

from articles.models import Article
from comments.threads import Discussion, discussion_page

register = template.Library()


@register.simple_tag
def replies(article: Article) -> Discussion:
    """Return the first page of the discussion under an article, with the form for a new reply."""
    return discussion_page(article)


@register.simple_tag
def replies_about(discussion: Discussion | None, *parts: object) -> int:
    """Return how many replies point at the part of the article whose anchor is made of the given parts."""
    anchor = "-".join(map(str, parts))
    pointers = discussion.pointers if discussion else []
    return sum(len(pointer.replies) for pointer in pointers if pointer.target.anchor == anchor)
