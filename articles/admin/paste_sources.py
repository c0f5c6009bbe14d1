"""Pasting a list of sources: shown as it was understood, then added to the article's."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from articles.admin.safe_saving import read_again
from articles.bibliography.entry import Day, Entry, UnreadableListError
from articles.bibliography.reading import read_list
from articles.canonical import canonical_url
from articles.links.describing import describe_later
from articles.models import Article, Source
from articles.models.work import MAX_SOURCE_CHARACTERS, MAX_URL_CHARACTERS
from articles.richtext import clean_line, is_safe_url
from articles.staff import staff_user


class PasteSourcesForm(forms.Form):
    """A list of sources in any of the formats that are understood."""

    text = forms.CharField(
        label="Sources",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="BibTeX, RIS, CSL-JSON, or a list: a source on a line, or numbered, with its address if it has one.",
    )

    def clean_text(self) -> str:
        """Read the list into `reading`, or say why it can't be read."""
        try:
            self.reading = read_list(self.cleaned_data["text"])
        except UnreadableListError as error:
            raise ValidationError(str(error), code="unreadable") from error
        if not all(map(_title, self.reading.entries)):
            raise ValidationError("A source has neither a title nor an address.", code="unreadable")
        return str(self.cleaned_data["text"])


def paste_sources(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> HttpResponse:
    """Show the form, or what was understood; or add it to the article's sources."""
    article = get_object_or_404(Article.objects.select_related("section"), pk=pk)
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    form = PasteSourcesForm(request.POST or None)
    if form.is_valid() and "save" in request.POST:
        added = _add(request, model_admin, pk, form.reading.entries)
        known = len(form.reading.entries) - added
        messages.success(request, f"{added} sources added{f', {known} were in the list already' if known else ''}.")
        return redirect("admin:articles_article_change", pk)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Paste sources",
        "opts": model_admin.opts,
        "article": article,
        "form": form,
        "reading": form.reading if form.is_valid() else None,
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return TemplateResponse(request, "admin/articles/article/paste_sources.html", context, status=status)


@transaction.atomic
def _add(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int, entries: list[Entry]) -> int:
    article = read_again(request, model_admin, pk)
    added = _save_new(article, entries)
    article.settle()
    article.versions.keep(article, by=staff_user(request), comment="Sources pasted")
    model_admin.log_change(request, article, f"Pasted {len(added)} sources")
    describe_later(added)
    return len(added)


def _save_new(article: Article, entries: list[Entry]) -> list[Source]:
    known = {canonical_url(source.url) if source.url else source.title for source in article.sources.all()}
    added: list[Source] = []
    for entry in entries:
        source = _source(article, entry, article.sources.count() + 1)
        identity = canonical_url(source.url) if source.url else source.title
        if identity not in known:
            known.add(identity)
            source.save()
            added.append(source)
    return added


def _source(article: Article, entry: Entry, position: int) -> Source:
    return Source(
        article=article,
        position=position,
        title=_title(entry),
        url=_address(entry.url),
        outlet=clean_line(entry.outlet)[:200],
        authors=clean_line("; ".join(entry.authors))[:300],
        published_on=_whole(entry.published),
        accessed_on=_whole(entry.accessed),
        archive_url=_address(entry.archive_url),
    )


def _title(entry: Entry) -> str:
    return (clean_line(entry.title) or clean_line(entry.url))[:MAX_SOURCE_CHARACTERS]


def _address(url: str) -> str:
    url = clean_line(url)
    is_usable = url.lower().startswith(("http://", "https://")) and is_safe_url(url) and len(url) <= MAX_URL_CHARACTERS
    return url if is_usable else ""


def _whole(day: Day | None) -> Any:
    return str(day) if day and day.day else None
