"""Template tags for text that the sanitising module has stored."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from articles import preparing, richtext
from articles.models import Article, PreparedArticle
from articles.structured_data import news_article

register = template.Library()
register.filter("trusted", richtext.trusted)


@register.simple_tag
def structured_data(article: Article) -> SafeString:
    """Return the JSON-LD of an article page, to stand inside its script element."""
    return richtext.script_json(news_article(article))


@register.simple_tag
def put_together(
    parts: PreparedArticle, replies: int, remarks: Mapping[str, int], cited_elsewhere: Mapping[int, int]
) -> SafeString:
    """Return the prepared main part of an article's page with what its replies and other articles add."""
    return preparing.put_together(parts, replies or 0, remarks or {}, cited_elsewhere)
