"""Pages of the moderators' desk beside the queue: editing, answering, drafting a correction, the record."""

import csv
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.models import Article
from articles.staff import staff_user
from comments.crediting import draft_correction
from comments.forms import AnswerForm, EditForm
from comments.models import Comment, CommentQuerySet, Decision, TooLate
from comments.models.comment import MAX_NAME_CHARACTERS
from comments.moderation.views import may_moderate
from comments.responses import SeeOther

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
COLUMNS = ("time", "reply", "article", "before", "after", "by", "rule", "reason", "note", "text before", "text after")
_RECORDED = (
    "made_at", "previous", "verdict", "rule", "reason", "note", "before", "after", "actor__username",
    "comment__article__slug", "comment__article__section__slug",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@may_moderate
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the text of a reply; readers see that a moderator did."""
    reply = get_object_or_404(_replies(), pk=pk)
    form = EditForm(request.POST or None, instance=Comment(article=reply.article), initial={"body": reply.body})
    seen, is_stale = request.POST.get("version", ""), False
    if form.is_valid():
        try:
            reply.edit_as_moderator(form.cleaned_data["body"], by=staff_user(request), version=int(seen or -1))
        except (TooLate, ValueError):
            is_stale = True
            form.add_error(None, "The reply has changed since you opened it. Its text now stands below yours.")
        else:
            messages.success(request, f"The reply by {reply.name} was edited.")
            return SeeOther(f"{reverse('moderation:queue')}#reply-{pk}")
    context = {"form": form, "reply": reply, "article": reply.article, "is_stale": is_stale}
    return render(request, "moderation/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a reply as staff: moderators at once, an article's author once a moderator has approved."""
    answered = get_object_or_404(_replies(), pk=pk)
    user = staff_user(request)
    is_moderator = user.has_perm("comments.moderate_comment")
    may_publish = is_moderator and answered.is_visible
    if not is_moderator and not _answers_for(user, answered):
        raise PermissionDenied
    draft = Comment(article=answered.article, parent=answered, staff=user, name=_public_name(user))
    form = AnswerForm(request.POST or None, instance=draft)
    if form.is_valid():
        is_published = form.submit(may_publish=may_publish).is_visible
        done = "is published" if is_published else "waits in the queue"
        messages.success(request, f"Your answer to {answered.name} {done}.")
        back = reverse("moderation:queue") if is_moderator else _discussion_path(answered)
        return SeeOther(back)
    context = {"form": form, "reply": answered, "article": answered.article, "name": draft.name}
    context["may_publish"] = may_publish
    return render(request, "moderation/answer.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
def discussion(request: HttpRequest, article: int) -> HttpResponse:
    """Show the published replies to an article to those who may answer them as its authors."""
    user = staff_user(request)
    shown = get_object_or_404(Article.objects.select_related("section"), pk=article)
    if not user.has_perm("comments.moderate_comment") and not shown.authors.filter(user=user).exists():
        raise PermissionDenied
    replies = Comment.objects.visible().filter(article=shown).order_by("-submitted_at", "-pk")[:200]
    return render(request, "moderation/discussion.html", {"article": shown, "replies": replies})


@require_POST
@login_required
@may_moderate
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft of a correction from a reader's remark."""
    reply = get_object_or_404(_replies(), pk=pk)
    draft_correction(reply)
    messages.success(
        request, f"A draft of a correction that credits {reply.name} stands in the form of “{reply.article}”."
    )
    return SeeOther(f"{reverse('moderation:tab', args=['remarks'])}#reply-{pk}")


@require_safe
@login_required
@may_moderate
def decisions_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Hand over the record of decisions."""
    response = StreamingHttpResponse(_csv_lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="decisions.csv"'
    return response


def safe_cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV Injection)."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """What the csv module writes to, where the line itself is wanted."""

    def write(self, line: str) -> str:
        return line


def _csv_lines() -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    decisions = Decision.objects.select_related("actor", "comment__article__section").only(*_RECORDED)
    for decision in decisions.order_by("pk").iterator(chunk_size=500):
        article = decision.comment.article.get_absolute_url() if decision.comment else ""
        row = (
            decision.made_at.isoformat(),
            decision.comment_id,
            article,
            decision.previous,
            decision.verdict,
            decision.by,
            decision.rule,
            decision.reason,
            decision.note,
            decision.before,
            decision.after,
        )
        yield writer.writerow(map(safe_cell, row))


def _replies() -> CommentQuerySet:
    return Comment.objects.select_related("article__section", "parent", "correction").without_personal_data()


def _answers_for(user: User, answered: Comment) -> bool:
    return answered.is_visible and answered.article.authors.filter(user=user).exists()


def _discussion_path(answered: Comment) -> str:
    return reverse("moderation:discussion", args=[answered.article_id])


def _public_name(user: User) -> str:
    author = getattr(user, "author", None)
    name = author.name if author else user.get_full_name() or user.get_username().partition("@")[0]
    return name[:MAX_NAME_CHARACTERS]
