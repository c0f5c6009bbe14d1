"""The history of an article: its versions, what changed between any two, and going back to one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Window
from django.db.models.fields.json import KT
from django.db.models.functions import Lag, Length
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from articles.admin.safe_saving import newest_number, read_again
from articles.differing import differences, staff_differences
from articles.models import Article, Version
from articles.staff import staff_user

VERSIONS_PER_PAGE = 50
_STATUS = KT("state__status")
_LENGTH = Length(KT("state__body"))
_GROWN = _LENGTH - Window(Lag(_LENGTH), order_by="number")


def show_history(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> HttpResponse:
    """Show an article's versions, the newest first, or what changed between the two that were chosen."""
    article = _article(request, model_admin, pk)
    if "from" in request.GET or "to" in request.GET:
        return _compare(request, model_admin, article)
    newest = newest_number(article)
    text = request.GET.get("from_number", "")
    first = min(newest, int(text[:9])) if text.isdecimal() else newest
    # One more than is shown, so that the last that is shown has one before it to be measured by.
    some = article.versions.filter(number__lte=first, number__gte=first - VERSIONS_PER_PAGE)
    versions = list(some.select_related("by").defer("state").annotate(status=_STATUS, grown=_GROWN))
    context = {
        "versions": versions[:VERSIONS_PER_PAGE],
        "newest": newest,
        "newer": min(newest, first + VERSIONS_PER_PAGE) if first < newest else 0,
        "older": first - VERSIONS_PER_PAGE if len(versions) > VERSIONS_PER_PAGE else 0,
    }
    return _page(request, model_admin, "history", article, context)


def restore_version(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int, number: int) -> HttpResponse:
    """Show what going back to a version would change, and do it once that is confirmed."""
    article = _article(request, model_admin, pk)
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    version = get_object_or_404(Version, article=article, number=number)
    if request.method == "POST":
        article = _restored(request, model_admin, version)
        model_admin.log_change(request, article, f"Restored version {version.number}")
        messages.success(request, f"“{article}” says again what it said in version {version.number}.")
        return redirect("admin:articles_article_change", pk)
    context = {"version": version, "fields": differences(article.state(), version.state)}
    return _page(request, model_admin, "restore", article, context)


@transaction.atomic
def _restored(request: HttpRequest, model_admin: admin.ModelAdmin[Article], version: Version) -> Article:
    article = read_again(request, model_admin, version.article_id)
    article.restore(version, by=staff_user(request))
    return article


def _compare(request: HttpRequest, model_admin: admin.ModelAdmin[Article], article: Article) -> HttpResponse:
    before, after = (_version(article, request.GET.get(name, "")) for name in ("from", "to"))
    if before.number > after.number:
        before, after = after, before
    context = {"before": before, "after": after, "fields": staff_differences(before.state, after.state)}
    return _page(request, model_admin, "compare", article, context)


def _version(article: Article, number: str) -> Version:
    if not number.isdecimal():
        raise Http404("There is no such version.")
    return get_object_or_404(Version, article=article, number=int(number[:9]))


def _article(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> Article:
    article = get_object_or_404(Article.objects.select_related("section"), pk=pk)
    if not (model_admin.has_change_permission(request, article) or _is_own(request, article)):
        raise PermissionDenied
    return article


def _is_own(request: HttpRequest, article: Article) -> bool:
    is_newsroom = request.user.has_perm("articles.change_article")
    return is_newsroom and article.authors.filter(user=staff_user(request)).exists()


def _page(
    request: HttpRequest, model_admin: admin.ModelAdmin[Article], name: str, article: Article, context: dict[str, Any]
) -> HttpResponse:
    shared = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "article": article}
    return TemplateResponse(request, f"admin/articles/article/{name}.html", {**shared, "title": "History", **context})
