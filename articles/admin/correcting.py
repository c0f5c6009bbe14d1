"""Correcting a published article: one button, one page, one dated note."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from articles.admin.forms import VisibleField
from articles.admin.safe_saving import read_again
from articles.correcting import Target, correct, targets
from articles.models import Article
from articles.richtext import clean_line
from articles.staff import staff_user


class CorrectionForm(forms.Form):
    """What a correction changes, what stood there and what stands there now, and the note to readers."""

    about = forms.ChoiceField(label="What it changes")
    before = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    after = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    text = VisibleField(
        label="Note to readers",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was wrong, what it says now, and why.",
    )

    def __init__(self, *args: Any, targets: dict[str, Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = targets
        choices = [(value, target.name[:1].upper() + target.name[1:]) for value, target in targets.items()]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a change that changes nothing, and new words that their place can't hold."""
        cleaned = super().clean() or self.cleaned_data
        target = self.targets.get(cleaned.get("about", ""))
        if target and cleaned.get("after"):
            self._clean_after(target)
        if cleaned.get("before") and cleaned.get("before") == cleaned.get("after"):
            raise ValidationError("The words before and after are the same.", code="unchanged")
        return cleaned

    def _clean_after(self, target: Target) -> None:
        words = clean_line(self.cleaned_data["after"])
        if not words:
            self.add_error("after", ValidationError("Nothing of it can be seen.", code="invisible"))
        elif len(words) > target.max_length:
            message = f"At most {target.max_length:,} characters are taken here."
            self.add_error("after", ValidationError(message, code="max_length"))
        elif target.words:
            self.cleaned_data["after"] = words


def correct_article(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> HttpResponse:
    """Show the form, filled in for what was chosen; or publish the correction."""
    article = get_object_or_404(Article.objects.select_related("section"), pk=pk)
    if not request.user.has_perm("articles.publish_article") or not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    if not article.is_published:
        messages.error(request, f"“{article}” isn’t published: change it instead.")
        return redirect("admin:articles_article_change", pk)
    offered = {target.value: target for target in targets(article)}
    chosen = offered.get(request.GET.get("about", ""))
    first = {"about": chosen.value, "before": chosen.words, "after": chosen.words} if chosen else {}
    form = CorrectionForm(request.POST or None, targets=offered, initial=first)
    if form.is_valid() and _publish(request, model_admin, pk, offered[form.cleaned_data["about"]], form):
        return redirect("admin:articles_article_change", pk)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Correct",
        "opts": model_admin.opts,
        "article": article,
        "form": form,
        "targets": offered.values(),
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "admin/articles/article/correct.html", context, status=status)


@transaction.atomic
def _publish(
    request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int, target: Target, form: CorrectionForm
) -> bool:
    """Publish a correction, if the article is still out and says what was seen; return whether it is and does."""
    article = read_again(request, model_admin, pk)
    if not article.is_published or target not in targets(article):
        form.add_error(None, f"Somebody changed {target.name} meanwhile, or withdrew it all; nothing was corrected.")
        return False
    words = {name: form.cleaned_data[name] for name in ("before", "after", "text")}
    correct(article, target, **words, by=staff_user(request))
    model_admin.log_change(request, article, f"Corrected {target.name}")
    messages.success(request, f"The correction of {target.name} is published.")
    return True
