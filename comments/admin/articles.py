"""The article form, with its discussion: closing it, answering it, and telling readers of corrections they prompted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.article import ArticleAdmin
from articles.models import Article
from comments.crediting import announce_published_corrections
from comments.models import ClosedDiscussion


class ClosedDiscussionInline(admin.StackedInline[ClosedDiscussion, Article]):
    """Closes the replies to one article."""

    model = ClosedDiscussion
    fields = ("closed_at",)
    extra = 0
    verbose_name = "closing of the replies"
    verbose_name_plural = "Replies are closed"


class ArticleWithDiscussionAdmin(ArticleAdmin):
    """Where articles are written, with what the discussion adds; the articles themselves know nothing of replies."""

    inlines = (*ArticleAdmin.inlines, ClosedDiscussionInline)  # type: ignore[assignment]
    readonly_fields = ("answer_replies",)
    fieldsets = (*ArticleAdmin.fieldsets, ("Replies", {"fields": ("answer_replies",)}))  # type: ignore[assignment]

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> tuple[str, ...]:
        """Add the link to the discussion."""
        return (*super().get_readonly_fields(request, obj), *self.readonly_fields)

    @admin.display(description="discussion")
    def answer_replies(self, article: Article) -> str:
        """Return a link to the replies, for those who answer them."""
        if not article.pk:
            return "—"
        return format_html('<a href="{}">Answer replies</a>', reverse("moderation:discussion", args=[article.pk]))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Tell the readers who prompted a correction that is published now."""
        super().save_related(request, form, formsets, change)
        announce_published_corrections(form.instance)


admin.site.unregister(Article)
admin.site.register(Article, ArticleWithDiscussionAdmin)
