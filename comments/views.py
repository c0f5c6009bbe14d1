"""Replying, and what those who replied see of it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles.caching import public_page
from articles.models import Article
from comments.forms import CommentForm
from comments.models import Comment
from comments.threads import discussion_page, discussion_path, page_of
from comments.tokens import own_page_path, owned_comment


class SeeOther(HttpResponseRedirect):
    """303: the answer to a form is a page to get (RFC 9110, section 15.4.4)."""

    status_code = 303


# Readers have no session to protect: the form's own signed token says that this site served it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, article: int) -> HttpResponse:
    """Show or take the form for a reply to an article."""
    shown = get_object_or_404(Article.objects.published().select_related("section"), pk=article)
    return _reply_form(request, Comment(article=shown))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, parent: int) -> HttpResponse:
    """Show or take the form for a reply to a reply, above which it shows what is being answered."""
    answered = get_object_or_404(Comment.objects.visible().select_related("article__section"), pk=parent)
    get_object_or_404(Article.objects.published(), pk=answered.article_id)
    return _reply_form(request, Comment(article=answered.article, parent=answered))


@require_safe
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the author of a reply what became of it."""
    comment = owned_comment(token)
    context = {"reply": comment, "article": comment.article, "state": comment.status}
    return render(request, "comments/own_page.html", context)


@public_page
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to a reply on whichever page of its discussion it stands now."""
    comment = get_object_or_404(Comment.objects.visible().select_related("article__section", "root"), pk=pk)
    get_object_or_404(Article.objects.published(), pk=comment.article_id)
    path = discussion_path(comment.article, page_of(comment)).partition("#")[0]
    return redirect(f"{path}#reply-{pk}")


@public_page
def discussion(request: HttpRequest, section: str, slug: str, number: int) -> HttpResponse:
    """Show a further page of a long discussion."""
    articles = Article.objects.published().with_card()
    article = get_object_or_404(articles, section__slug=section, slug=slug)
    page = discussion_page(article, number=number)
    context = {"article": article, "discussion": page, "canonical": request.path, "number": number}
    return render(request, "comments/discussion.html", context)


def _reply_form(request: HttpRequest, draft: Comment) -> HttpResponse:
    form = CommentForm(request.POST if request.method == "POST" else None, instance=draft)
    if form.is_valid():
        return SeeOther(own_page_path(form.submit(client=request.META.get("REMOTE_ADDR", ""))))
    context = {"form": form, "article": draft.article, "parent": draft.parent, "post_url": request.path}
    return render(request, "comments/reply_form.html", context, status=422 if form.is_bound else 200)
