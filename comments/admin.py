"""Replies in the admin: the same decisions as at the moderators' desk, and the privacy officer's duties."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import truncatechars

from articles.staff import staff_user
from comments.models import Comment, CommentQuerySet, Decision


class DecisionInline(admin.StackedInline[Decision, Comment]):
    """What was decided on the reply."""

    model = Decision
    fields = ("made_at", "previous", "verdict", "actor", "reason")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        """Leave it to the verbs to record."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the record as it was made."""
        return False


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin[Comment]):
    """Replies are written by readers: staff decide on them, and change nothing in them."""

    inlines = (DecisionInline,)
    fields = (
        "article",
        "parent",
        "name",
        "website",
        "body",
        "status",
        "submitted_at",
        "decided_at",
        "erased_at",
    )
    list_display = ("excerpt", "name", "article", "status", "submitted_at", "decided_at")
    list_filter = ("status",)
    list_select_related = ("article",)
    list_per_page = 50
    search_fields = ("name", "body")
    date_hierarchy = "submitted_at"
    show_full_result_count = False
    actions = (
        "approve_selected",
        "reject_selected",
        "mark_selected_spam",
        "export_selected",
        "erase_selected",
    )

    def get_queryset(self, request: HttpRequest) -> CommentQuerySet:
        """Load no personal column for those who may not see it."""
        replies: CommentQuerySet = super().get_queryset(request)  # type: ignore[assignment]
        return replies if _sees_addresses(request) else replies.defer(*Comment.PERSONAL)

    def get_fields(self, request: HttpRequest, obj: Comment | None = None) -> tuple[str, ...]:
        """Show the e-mail address to the privacy officer alone."""
        return (*self.fields, "address") if _sees_addresses(request) else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Comment | None = None) -> tuple[str, ...]:
        """Show everything, and let nothing be typed over."""
        return tuple(self.get_fields(request, obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave writing to the form under the article."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        """Leave the words to those who wrote them."""
        return False

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Let moderators decide."""
        return request.user.has_perm("comments.moderate_comment")

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Let the privacy officer export."""
        return request.user.has_perm("comments.export_personal_data")

    def has_erase_permission(self, request: HttpRequest) -> bool:
        """Let the privacy officer erase."""
        return request.user.has_perm("comments.erase_personal_data")

    @admin.display(description="reply")
    def excerpt(self, comment: Comment) -> str:
        """Return the beginning of the text."""
        return truncatechars(comment.body, 80)

    @admin.display(description="e-mail")
    def address(self, comment: Comment) -> str:
        """Return the address that the reply came from."""
        return comment.email or "—"

    @admin.action(description="Approve selected replies", permissions=["moderate"])
    def approve_selected(self, request: HttpRequest, queryset: CommentQuerySet) -> None:
        """Show them to readers."""
        messages.success(request, f"{queryset.approve(by=staff_user(request))} approved.")

    @admin.action(description="Reject selected replies", permissions=["moderate"])
    def reject_selected(self, request: HttpRequest, queryset: CommentQuerySet) -> None:
        """Refuse them."""
        messages.success(request, f"{queryset.reject(by=staff_user(request))} rejected.")

    @admin.action(description="File selected replies as spam", permissions=["moderate"])
    def mark_selected_spam(self, request: HttpRequest, queryset: CommentQuerySet) -> None:
        """File them as spam."""
        messages.success(request, f"{queryset.mark_spam(by=staff_user(request))} filed as spam.")

    @admin.action(description="Export all that is held about the selected persons", permissions=["export"])
    def export_selected(self, request: HttpRequest, queryset: CommentQuerySet) -> HttpResponse:
        """Send all replies of the same addresses, as JSON."""
        people = set(queryset.values_list("email_fingerprint", flat=True)) - {""}
        held = Comment.objects.filter(email_fingerprint__in=people) | Comment.objects.filter(
            pk__in=queryset.values("pk")
        )
        export = [_held(comment) for comment in held.select_related("article__section").order_by("pk")]
        for comment in queryset:
            self.log_change(request, comment, "Exported personal data")
        response = HttpResponse(json.dumps(export, indent=2, ensure_ascii=False), content_type="application/json")
        response.headers["Content-Disposition"] = 'attachment; filename="personal-data.json"'
        return response

    @admin.action(description="Erase the personal data of the selected replies", permissions=["erase"])
    @transaction.atomic
    def erase_selected(self, request: HttpRequest, queryset: CommentQuerySet) -> None:
        """Forget who wrote them; the text stays."""
        comments = list(queryset)
        count = queryset.erase_personal_data()
        for comment in comments:
            self.log_change(request, Comment.objects.get(pk=comment.pk), "Erased personal data")
        messages.success(request, f"{count} erased.")


def _sees_addresses(request: HttpRequest) -> bool:
    return request.user.has_perm("comments.view_personal_data")


def _held(comment: Comment) -> dict[str, Any]:
    return {
        "article": comment.article.get_absolute_url(),
        "name": comment.name,
        "e-mail": comment.email,
        "website": comment.website,
        "text": comment.body,
        "status": comment.status,
        "submitted_at": comment.submitted_at.isoformat(),
        "decided_at": comment.decided_at.isoformat() if comment.decided_at else None,
    }
