"""Reading a discussion that is longer than its article's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from articles.caching import public_page, shows
from articles.models import Article
from articles.moving import follows_article
from comments.models import Comment
from comments.threads import Discussion, discussion_page, place_of, policy_for, shows_discussion, thread_page


@public_page
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to a reply on whichever page of its discussion it stands now."""
    comment = get_object_or_404(Comment.objects.visible().select_related("article__section", "root"), pk=pk)
    get_object_or_404(Article.objects.published(), pk=comment.article_id)
    return redirect(place_of(comment))


@public_page
@follows_article
def discussion(request: HttpRequest, section: str, slug: str, number: int) -> HttpResponse:
    """Show a further page of a long discussion."""
    article = _article(section, slug)
    page = discussion_page(article, policy_for(request), number=number)
    return _show(request, article, page, title=f"Replies, page {number}")


@public_page
@follows_article
def thread(request: HttpRequest, section: str, slug: str, root: int, number: int) -> HttpResponse:
    """Show a page of all the answers in one thread."""
    article = _article(section, slug)
    page = thread_page(article, policy_for(request), root, number=number)
    return _show(request, article, page, title=f"One thread, page {number}")


def _article(section: str, slug: str) -> Article:
    articles = Article.objects.published().select_related("section").defer("body", "body_html")
    return get_object_or_404(articles, section__slug=section, slug=slug)


def _show(request: HttpRequest, article: Article, page: Discussion, *, title: str) -> HttpResponse:
    shows(request, f"article-{article.pk}")
    shows_discussion(request, article, page)
    context = {"article": article, "discussion": page, "canonical": request.path, "title": title}
    return render(request, "comments/discussion.html", context)
