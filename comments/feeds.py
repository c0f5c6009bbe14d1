"""The replies to an article as an Atom feed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from articles.addresses import absolute
from articles.caching import public_page, shows
from articles.feeds import AtomFeed
from articles.models import Article
from articles.moving import follows_article
from comments.models import Comment

ENTRIES = 30


@public_page
@follows_article
def replies_feed(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """Send the latest visible replies to an article."""
    articles = Article.objects.published().select_related("section")
    article = get_object_or_404(articles, section__slug=section, slug=slug)
    shows(request, f"article-{article.pk}", f"replies-{article.pk}")
    feed = AtomFeed(
        title=f"{settings.SITE_NAME}: replies to “{article.title}”",
        link=absolute(article.get_absolute_url()),
        description=article.standfirst,
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(request.path),
    )
    for reply in Comment.objects.visible().filter(article=article).order_by("-submitted_at", "-pk")[:ENTRIES]:
        _add_entry(feed, reply)
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _add_entry(feed: AtomFeed, reply: Comment) -> None:
    link = absolute(reply.get_absolute_url())
    feed.add_item(
        title=f"{reply.name} replied",
        link=link,
        description=reply.body_html,
        unique_id=link,
        author_name=reply.name,
        pubdate=reply.submitted_at,
        updateddate=reply.decided_at,
    )
