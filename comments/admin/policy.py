"""The policy of the discussion, and each moderator's mail."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from articles.staff import staff_user
from comments.models import MailChoice, Policy


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin[Policy]):
    """The one row that says how discussions are held here."""

    fieldsets = (
        ("Open or closed", {"fields": ("replies_open", "close_after_days")}),
        ("How it reads", {"fields": ("order", "max_depth")}),
        ("Moderation", {"fields": ("may_approve", "edit_minutes", "reports_to_hide")}),
        ("Limits", {"fields": ("replies_per_minute", "replies_per_hour", "article_replies_per_minute")}),
        (
            "How long things are kept",
            {"fields": ("spam_days", "refused_days", "unproven_days", "personal_days", "client_days")},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let there be one."""
        return super().has_add_permission(request) and not Policy.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        """Let there always be one."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Open the one row straight away."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        policy, _ = Policy.objects.get_or_create(pk=1)
        return redirect(reverse("admin:comments_policy_change", args=[policy.pk]))


@admin.register(MailChoice)
class MailChoiceAdmin(admin.ModelAdmin[MailChoice]):
    """When a moderator hears of replies that wait; everybody sees and sets only their own."""

    fields = ("often",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailChoice]:
        """Select one's own."""
        return super().get_queryset(request).filter(user=staff_user(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let everybody have one."""
        is_new = not MailChoice.objects.filter(user=request.user.pk).exists()
        return super().has_add_permission(request) and is_new

    def save_model(self, request: HttpRequest, obj: MailChoice, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store it as one's own."""
        obj.user = staff_user(request)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: MailChoice | None = None) -> bool:
        """Leave it: “never” says the same; but with an account that an operator deletes it goes."""
        return request.user.is_superuser
