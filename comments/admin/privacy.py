"""The record of who looked at personal data, and of what retention removed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from articles.admin.lists import BoundedAdmin
from comments.models import Access, RetentionRun


class RecordAdmin(BoundedAdmin[Any]):
    """A record that nobody adds to, changes or deletes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Keep the record as it was made."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the record as it was made."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the record as it was made."""
        return False


@admin.register(Access)
class AccessAdmin(RecordAdmin):
    """Who saw, exported or erased whose personal data, and when."""

    fields = ("comment_id", "kind", "actor", "made_at")
    list_display = ("made_at", "kind", "actor", "comment_id")
    list_filter = ("kind",)
    list_select_related = ("actor",)


@admin.register(RetentionRun)
class RetentionRunAdmin(RecordAdmin):
    """What each run of the retention rules removed."""

    fields = ("made_at", "removed")
    list_display = ("made_at", "removed")
