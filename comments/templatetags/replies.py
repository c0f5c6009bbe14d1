"""The one bridge from an article's page to its replies."""

from django import template

from articles.models import Article
from comments.threads import Discussion, discussion_page

register = template.Library()


@register.simple_tag
def replies(article: Article) -> Discussion:
    """Return the first page of the discussion under an article, with the form for a new reply."""
    return discussion_page(article)
