"""Template tags for text that the sanitising module has stored."""

from django import template
from django.utils.safestring import SafeString

from articles import richtext
from articles.models import Article
from articles.structured_data import news_article

register = template.Library()
register.filter("trusted", richtext.trusted)


@register.simple_tag
def structured_data(article: Article, *, replies: int) -> SafeString:
    """Return the JSON-LD of an article page, to stand inside its script element."""
    return richtext.script_json(news_article(article, replies=replies))
