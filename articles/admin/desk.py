"""What articles are made of: sections, authors, pictures and tags."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.text import slugify

from articles.admin.forms import ImageForm
from articles.admin.lists import BoundedAdmin, TimeFilter
from articles.admin.picking import pick_image
from articles.counting import MOST_COUNTED
from articles.expressions import begins_with
from articles.models import Author, Image, Section

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = "Newsroom"


@admin.register(Section)
class SectionAdmin(BoundedAdmin[Section]):
    """The parts of the paper."""

    list_display = ("name", "slug", "position")
    ordering = ("position", "name")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Author)
class AuthorAdmin(BoundedAdmin[Author]):
    """Those who write."""

    list_display = ("name", "slug", "user")
    list_select_related = ("user",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    autocomplete_fields = ("user",)
    prepopulated_fields = {"slug": ("name",)}

    def found(self, request: HttpRequest, rows: QuerySet[Author], words: str) -> list[int]:
        """Return the keys of those that hold the words, and of all that begin so."""
        begin = Author.objects.filter(begins_with("slug", slugify(words))).values_list("pk", flat=True)
        return [*begin[:MOST_COUNTED], *super().found(request, rows, words)]


class UploadedIn(TimeFilter):
    """A field for the time of the upload."""

    title = "time of upload"
    parameter_name = "uploaded"
    column = "uploaded_at"


@admin.register(Image)
class ImageAdmin(BoundedAdmin[Image]):
    """Pictures."""

    form = ImageForm
    list_display = ("thumbnail", "alternative_text", "credit", "width", "height", "uploaded_at")
    list_display_links = ("thumbnail", "alternative_text")
    list_filter = (UploadedIn,)
    search_fields = ("alternative_text", "credit")
    ordering = ("-uploaded_at",)
    readonly_fields = ("picture",)

    class Media:
        css = {"all": ("kiwiguard/css/admin.css",)}
        js = ("kiwiguard/js/picture.js",)

    def save_model(self, request: HttpRequest, obj: Image, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store the picture; without a new file only what was changed, since its files may have been made meanwhile."""
        if change and "upload" not in form.changed_data:
            obj.save(update_fields=form.changed_data)
        else:
            super().save_model(request, obj, form, change)

    @admin.display(description="picture")
    def picture(self, image: Image) -> str:
        """Tell the form's script where the picture is."""
        if not image.pk:
            return "—"
        return format_html('<a href="{0}" data-picture="{0}">As readers see it</a>', image.url)

    def get_urls(self) -> list[URLPattern]:
        """Add the window in which the editor's pictures are chosen."""
        return [path("pick/", self.admin_site.admin_view(self.pick), name="articles_image_pick"), *super().get_urls()]

    def pick(self, request: HttpRequest) -> HttpResponse:
        """Let a picture be chosen for a text."""
        return pick_image(request, self)

    @admin.display(description="picture")
    def thumbnail(self, image: Image) -> str:
        """Show the picture, small."""
        return format_html('<img src="{}" alt="" width="120" loading="lazy">', image.url)
