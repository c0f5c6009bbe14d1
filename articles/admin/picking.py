"""Choosing a picture for a text: a window that the editor opens, and that hands the choice back to it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from articles.admin.lists import BoundedPaginator
from articles.models import Image

PICTURES_PER_PAGE = 24


def pick_image(request: HttpRequest, model_admin: admin.ModelAdmin[Image]) -> HttpResponse:
    """Show the newest pictures, or those whose description or credit holds the words that were searched for."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    words = request.GET.get("q", "")[:100].replace("\0", "")
    found, _ = model_admin.get_search_results(request, Image.objects.order_by("-uploaded_at", "-pk"), words)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Choose a picture",
        "is_popup": True,
        "words": words,
        "page": BoundedPaginator(found, PICTURES_PER_PAGE).get_page(request.GET.get("p")),
        "callback": request.GET.get("CKEditorFuncNum", ""),
    }
    return TemplateResponse(request, "admin/articles/image/pick.html", context)
