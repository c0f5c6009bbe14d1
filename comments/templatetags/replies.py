"""The one bridge from an article's page to its replies."""

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from articles.models import Article
from articles.richtext import trusted
from comments.threads import Discussion, discussion_page, policy_for, shows_discussion

register = template.Library()


@register.simple_tag(takes_context=True)
def replies(context: Context, article: Article) -> Discussion:
    """Return the first page of the discussion under an article, with the form for a new reply."""
    request = context["request"]
    page = discussion_page(article, policy_for(request))
    shows_discussion(request, article, page)
    return page


@register.simple_tag
def thread(discussion: Discussion, article_path: str) -> SafeString:
    """Return the replies of a page of a discussion as nested lists; `article_path` leads from there to the article."""
    context = {"replies": discussion.replies, "closed": discussion.closed, "article_path": article_path}
    return trusted(render_to_string("comments/_thread.jinja", context, using="jinja"))
