"""Writing a reply, and reporting one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles.models import Article
from articles.preparing import Finder
from articles.richtext import render_reply
from comments.clients import client_address
from comments.forms import CommentForm, ReportForm
from comments.limits import TooMany
from comments.models import Comment
from comments.reporting import file_report
from comments.responses import SeeOther, too_many
from comments.rules.house import current_house
from comments.tokens import own_page_path

_TO_REPLY_TO = Finder("targets", by="pk", also=("article__closed_discussion",))


# Readers have no session to protect: the form's own signed token says that this site served it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, article: int) -> HttpResponse:
    """Show or take the form for a reply to an article."""
    shown, is_closed = _article(article)
    return _reply_form(request, Comment(article=shown), is_closed=is_closed)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, parent: int) -> HttpResponse:
    """Show or take the form for a reply to a reply, above which it shows what is being answered."""
    answered = get_object_or_404(Comment.objects.without_personal_data(), pk=parent)
    answered.article, is_closed = _article(answered.article_id)
    if not answered.is_visible:
        if request.method != "POST":
            raise Http404("There is no such reply.")
        return _closed(request, Comment(article=answered.article), "The reply that you answer is no longer shown.")
    return _reply_form(request, Comment(article=answered.article, parent=answered), is_closed=is_closed)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show or take the form that reports a published reply."""
    reported = get_object_or_404(Comment.objects.visible().select_related("article__section"), pk=pk)
    get_object_or_404(Article.objects.published(), pk=reported.article_id)
    form = ReportForm(request.POST if request.method == "POST" else None, comment=reported)
    context = {"form": form, "article": reported.article, "reply": reported}
    if form.is_valid():
        try:
            file_report(form.instance, address=client_address(request))
        except TooMany as limit:
            form.add_error(None, f"You have reported a lot. Please try again in {limit.retry_after} seconds.")
            return too_many(render(request, "comments/report.html", context), limit)
        return render(request, "comments/reported.html", context)
    return render(request, "comments/report.html", context, status=422 if form.is_bound else 200)


def _article(pk: int) -> tuple[Article, bool]:
    """Return a published article, and whether staff have closed its discussion; raises Http404 without one."""
    for prepared, (closed,) in _TO_REPLY_TO.find(pk):
        return prepared.article, closed is not None
    raise Http404("There is no such article.")


def _reply_form(request: HttpRequest, draft: Comment, *, is_closed: bool) -> HttpResponse:
    house = current_house()
    closed = house.policy.why_closed(draft.article, is_closed=is_closed)
    if closed:
        return _closed(request, draft, closed)
    is_sent = request.method == "POST"
    about = request.GET.get("about", "")
    form = CommentForm(request.POST if is_sent else None, instance=draft, is_exact=True, about=about)
    context = {"form": form, "article": draft.article, "parent": draft.parent, "post_url": request.path}
    if not form.is_valid():
        return render(request, "comments/reply_form.html", context, status=422 if is_sent else 200)
    if "preview" in request.POST:
        context["preview"] = render_reply(form.cleaned_data["body"])
        return render(request, "comments/reply_form.html", context)
    try:
        return SeeOther(own_page_path(form.submit(address=client_address(request), house=house)))
    except TooMany as limit:
        form.keep_text(
            f"Too many replies came in a short time. Yours is kept below: please send it again in {limit.retry_after} "
            f"second{'' if limit.retry_after == 1 else 's'}."
        )
        return too_many(render(request, "comments/reply_form.html", context), limit)


def _closed(request: HttpRequest, draft: Comment, why: str) -> HttpResponse:
    text = request.POST.get("body", "") if request.method == "POST" else ""
    context = {"article": draft.article, "why": why, "text": text}
    return render(request, "comments/closed.html", context, status=403 if request.method == "POST" else 200)
