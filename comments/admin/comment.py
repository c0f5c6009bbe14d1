"""Replies in the admin: the same decisions as at the moderators' desk, and the privacy officer's duties."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.lists import BoundedAdmin, TimeFilter
from articles.staff import staff_user
from comments.models import Access, Comment, CommentQuerySet, Decision, Finding
from comments.views.own_page import data_file


class DecisionInline(admin.StackedInline[Decision, Comment]):
    """What was decided on the reply."""

    model = Decision
    fields = ("made_at", "previous", "verdict", "actor", "rule", "reason", "note", "before", "after")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        """Leave it to the verbs to record."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the record as it was made."""
        return False


class FindingInline(admin.StackedInline[Finding, Comment]):
    """What the rules found."""

    model = Finding
    fields = ("rule", "answer", "reason", "seen")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        """Leave it to the rules."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep what was found."""
        return False


class SubmittedIn(TimeFilter):
    """A field for the time of sending."""

    title = "time of sending"
    parameter_name = "submitted"
    column = "submitted_at"


@admin.register(Comment)
class CommentAdmin(BoundedAdmin[Comment]):
    """Replies are written by readers: staff decide on them, and change nothing in them."""

    inlines = (FindingInline, DecisionInline)
    fields = (
        "article",
        "parent",
        "name",
        "website",
        "body",
        "remark",
        "correction",
        "badge",
        "status",
        "submitted_at",
        "decided_at",
        "moderator_edited_at",
        "erased_at",
        "answer_it",
    )
    list_display = ("excerpt", "name", "article", "status", "submitted_at", "decided_at")
    list_filter = ("status", SubmittedIn)
    list_select_related = ("article",)
    search_fields = ("name", "body")
    search_help_text = "Words of names and texts, in the newest replies; “Search further on” goes on with older ones."
    ordering = ("-submitted_at",)
    actions = (
        "approve_selected",
        "reject_selected",
        "mark_selected_spam",
        "export_selected",
        "erase_selected",
    )

    def get_queryset(self, request: HttpRequest) -> CommentQuerySet:
        """Load no personal column for those who may not see it."""
        replies: CommentQuerySet = super().get_queryset(request).defer("article__body", "article__body_html")  # type: ignore[assignment]
        return replies if _sees_addresses(request) else replies.defer(*Comment.PERSONAL)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let no address of the list ask for a personal column, digit by digit."""
        is_personal = lookup.partition("__")[0] in Comment.PERSONAL
        return not is_personal and super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Comment | None = None) -> tuple[str, ...]:
        """Show the e-mail address to the privacy officer alone."""
        return (*self.fields, "address") if _sees_addresses(request) else self.fields

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Record that somebody saw an address."""
        comment = self.get_object(request, unquote(object_id))
        if comment is not None and comment.email and _sees_addresses(request):
            Access.objects.record(Comment.objects.filter(pk=comment.pk), Access.Kind.SEEN, actor=staff_user(request))
        return super().change_view(request, object_id, *args, **kwargs)

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

    @admin.display(description="answer")
    def answer_it(self, comment: Comment) -> str:
        """Return a link to where staff answer."""
        return format_html('<a href="{}">Answer this reply</a>', reverse("moderation:answer", args=[comment.pk]))

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
    def export_selected(self, request: HttpRequest, queryset: CommentQuerySet) -> StreamingHttpResponse:
        """Send all replies of the same addresses, as JSON."""
        people = set(queryset.values_list("email_fingerprint", flat=True)) - {""}
        theirs = Comment.objects.filter(email_fingerprint__in=people) | Comment.objects.filter(
            pk__in=queryset.values("pk")
        )
        Access.objects.record(theirs, Access.Kind.EXPORTED, actor=staff_user(request))
        return data_file(theirs)

    @admin.action(description="Erase the personal data of the selected replies", permissions=["erase"])
    @transaction.atomic
    def erase_selected(self, request: HttpRequest, queryset: CommentQuerySet) -> None:
        """Forget who wrote them; the text stays."""
        Access.objects.record(queryset, Access.Kind.ERASED, actor=staff_user(request))
        messages.success(request, f"{queryset.erase_personal_data()} erased.")


def _sees_addresses(request: HttpRequest) -> bool:
    return request.user.has_perm("comments.view_personal_data")
