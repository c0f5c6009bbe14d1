"""Suggested key points: sentences of the text itself, which a person edits and accepts one by one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from articles.admin.forms import VisibleField
from articles.admin.safe_saving import read_again
from articles.models import Article, KeyPoint
from articles.passages import blocks_of
from articles.staff import staff_user
from articles.summarising import SUGGESTIONS, suggest

MAX_PASSAGE_CHARACTERS = 1000


class SuggestionForm(forms.Form):
    """One suggestion: whether to take it, its words as edited, and the words of the text that say it."""

    is_accepted = forms.BooleanField(label="Take it", required=False)
    lead = forms.CharField(required=False, max_length=120, widget=forms.TextInput(attrs={"size": 40}))
    text = VisibleField(max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    passage = forms.CharField(max_length=MAX_PASSAGE_CHARACTERS, widget=forms.HiddenInput)


Suggestions = forms.formset_factory(SuggestionForm, extra=0, max_num=SUGGESTIONS, absolute_max=SUGGESTIONS)


def suggest_key_points(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> HttpResponse:
    """Show what the text suggests; add what is accepted to the article's key points."""
    article = get_object_or_404(Article.objects.select_related("section"), pk=pk)
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    if request.method == "POST":
        formset = Suggestions(request.POST)
        if formset.is_valid():
            return _accept(request, model_admin, pk, [form.cleaned_data for form in formset])
    else:
        formset = Suggestions(initial=_suggestions(article))
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Suggested key points",
        "opts": model_admin.opts,
        "article": article,
        "formset": formset,
    }
    status = 422 if formset.is_bound else 200
    return TemplateResponse(request, "admin/articles/article/suggest.html", context, status=status)


def _suggestions(article: Article) -> list[dict[str, Any]]:
    found = suggest(blocks_of(article.body_html), title=article.title)
    return [{"text": one.text[:1000], "passage": one.text[:MAX_PASSAGE_CHARACTERS]} for one in found]


@transaction.atomic
def _accept(
    request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int, answers: list[dict[str, Any]]
) -> HttpResponse:
    article = read_again(request, model_admin, pk)
    accepted = [answer for answer in answers if answer["is_accepted"]]
    for position, answer in enumerate(accepted, article.key_points.count() + 1):
        words = {name: answer[name] for name in ("lead", "text", "passage")}
        KeyPoint(article=article, position=position, **words).save()
    if accepted:
        article.settle()
        article.versions.keep(article, by=staff_user(request), comment="Key points from suggestions")
        model_admin.log_change(request, article, f"Took {len(accepted)} suggested key points")
    messages.success(request, f"{len(accepted)} key point{'' if len(accepted) == 1 else 's'} added.")
    return redirect("admin:articles_article_change", article.pk)
