"""Pasting an article as plain text: shown as it was understood, then saved as a draft."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.forms import PasteForm
from articles.importing import AddressTakenError, Wishes, import_article
from articles.models import Article, Author
from articles.richtext import TextRefused
from articles.staff import staff_user


def paste_article(request: HttpRequest, model_admin: admin.ModelAdmin[Article]) -> HttpResponse:
    """Answer the page: the form, the form with what is wrong, a preview, or, saved, the draft's own form."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = PasteForm(request.POST or None)
    if form.is_valid() and "save" in request.POST:
        saved = _save(request, model_admin, form)
        if saved:
            return saved
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Paste article",
        "opts": model_admin.opts,
        "form": form,
    }
    if form.is_valid():
        context["parsed"] = form.cleaned_data["article"]
        context["body"] = form.cleaned_data["rendered"]
    status = 422 if form.is_bound and not form.is_valid() else 200
    return TemplateResponse(request, "admin/articles/article/paste.html", context, status=status)


def _save(request: HttpRequest, model_admin: admin.ModelAdmin[Article], form: PasteForm) -> HttpResponse | None:
    wishes = Wishes(section=form.cleaned_data["section"], author=Author.objects.of(staff_user(request)))
    try:
        outcome = import_article(form.cleaned_data["article"], wishes)
    except (AddressTakenError, TextRefused) as error:
        form.add_error("text", str(error))
        return None
    article = outcome.article
    if outcome.done == "other":
        form.add_error("text", _title_is_taken(article))
        return None
    if outcome.done == "known":
        messages.warning(request, f"“{article}” was imported before; nothing was changed.")
    else:
        model_admin.log_addition(request, article, "Pasted as plain text")
        messages.success(request, f"“{article}” was saved as a draft.")
    return redirect("admin:articles_article_change", article.pk)


def _title_is_taken(article: Article) -> str:
    return format_html(
        'A text with this title was imported before, as “<a href="{}">{}</a>”: change that one, '
        "or give this one another title.",
        reverse("admin:articles_article_change", args=[article.pk]),
        article,
    )
