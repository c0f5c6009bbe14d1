"""The way of an article across the desk: handing in, sending back, publishing, taking back, each with one button."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from articles.checking import check
from articles.models import Article, DeskEntry
from articles.staff import staff_user

ENTRIES_SHOWN = 20
SUBMIT, SEND_BACK, PUBLISH, UNPUBLISH, WITHDRAW, NOTE = (
    "submit",
    "send_back",
    "publish",
    "unpublish",
    "withdraw",
    "note",
)
EDITORS_VERBS = frozenset({SEND_BACK, PUBLISH, UNPUBLISH, WITHDRAW})
VERBS = {
    Article.Status.DRAFT: (SUBMIT, PUBLISH, NOTE),
    Article.Status.IN_REVIEW: (SEND_BACK, PUBLISH, NOTE),
    Article.Status.PUBLISHED: (UNPUBLISH, WITHDRAW, NOTE),
    Article.Status.WITHDRAWN: (PUBLISH, UNPUBLISH, NOTE),
}
DONE = {
    SUBMIT: "was handed in for review",
    SEND_BACK: "was sent back to its writer",
    PUBLISH: "was published",
    UNPUBLISH: "is a draft again",
    WITHDRAW: "was withdrawn",
    NOTE: "has a new note",
}


class DecisionForm(forms.Form):
    """What is said with a decision: a note to colleagues or, on withdrawing, to readers."""

    text = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Colleagues see it on the desk; a note on withdrawing is shown to readers.",
    )
    at = forms.DateTimeField(
        label="Publish at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Empty for now; a time to come schedules it.",
    )


def open_desk(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> HttpResponse:
    """Show where an article stands, what is open, and what was said; carry out the button that was pressed."""
    article = get_object_or_404(Article.objects.select_related("section"), pk=pk)
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    form = DecisionForm(request.POST or None)
    verb = next((verb for verb in DONE if verb in request.POST), "")
    if verb and form.is_valid():
        return _carry_out(request, model_admin, article, verb, form)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Desk",
        "opts": model_admin.opts,
        "article": article,
        "findings": check(article),
        "form": form,
        "verbs": [verb for verb in VERBS[Article.Status(article.status)] if _may(request, verb)],
        "entries": article.desk_entries.select_related("by")[:ENTRIES_SHOWN],
    }
    return TemplateResponse(request, "admin/articles/article/desk.html", context)


def _may(request: HttpRequest, verb: str) -> bool:
    return verb not in EDITORS_VERBS or request.user.has_perm("articles.publish_article")


@transaction.atomic
def _carry_out(
    request: HttpRequest, model_admin: admin.ModelAdmin[Article], article: Article, verb: str, form: DecisionForm
) -> HttpResponse:
    article = Article.objects.locked().select_related("section").get(pk=article.pk)
    if not _may(request, verb):
        raise PermissionDenied
    if verb not in VERBS[Article.Status(article.status)]:
        messages.error(request, f"“{article}” is {article.get_status_display().lower()} by now; nothing was done.")
        return redirect("admin:articles_article_desk", article.pk)
    _decide(article, verb, by=staff_user(request), **form.cleaned_data)
    done = "is scheduled" if verb == PUBLISH and article.is_scheduled else DONE[verb]
    model_admin.log_change(request, article, done.capitalize())
    messages.success(request, f"“{article}” {done}.")
    if model_admin.has_change_permission(request, article):
        return redirect("admin:articles_article_desk", article.pk)
    return redirect("admin:articles_article_changelist")


def _decide(article: Article, verb: str, *, by: Any, text: str, at: Any) -> None:
    match verb:
        case "publish":
            article.publish(at=at, by=by)
            if text:
                article.desk_entries.create(by=by, text=text)
        case "withdraw":
            article.withdraw(by=by, note=text)
        case "unpublish":
            article.unpublish(by=by)
        case "submit" | "send_back":
            getattr(article, verb)(by=by, text=text)
        case _:
            article.desk_entries.create(kind=DeskEntry.Kind.NOTE, by=by, text=text or "—")


def change_status(article: Article, status: str, *, by: Any) -> None:
    """Carry out what was chosen in the article's form, by the verb that stands for it."""
    match status:
        case Article.Status.IN_REVIEW:
            article.submit(by=by)
        case Article.Status.WITHDRAWN:
            article.withdraw(by=by)
        case Article.Status.DRAFT if article.status == Article.Status.IN_REVIEW:
            (article.send_back if by.has_perm("articles.publish_article") else article.take_back)(by=by)
        case _:
            article.unpublish(by=by)
