"""Looking: an article as readers will see it, and the names of the tags that there are."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from taggit.models import Tag

from articles.models import Article
from articles.tagging import tags_meant
from articles.views import preview_page

TAG_SUGGESTIONS = 20


def preview_article(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> HttpResponse:
    """Show an article to staff as readers will see it."""
    article = get_object_or_404(Article.objects.with_page(), pk=pk)
    if not model_admin.has_view_permission(request, article):
        raise PermissionDenied
    return preview_page(request, article, "Only signed-in staff see this page.")


def tag_names(request: HttpRequest, model_admin: admin.ModelAdmin[Article]) -> JsonResponse:
    """Suggest tags for what was typed so far."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    typed = request.GET.get("term", "")[:100].replace("\0", "")
    keys = tags_meant(typed)[:TAG_SUGGESTIONS]
    tags = Tag.objects.in_bulk(keys)
    names = [tags[key].name for key in keys if key in tags]
    results = [{"id": name, "text": name} for name in names]
    return JsonResponse({"results": results, "pagination": {"more": False}})
