"""The discussion under an article."""

from django.apps import AppConfig


class CommentsConfig(AppConfig):
    """Replies, their moderation, and the privacy of those who wrote them."""

    name = "comments"
    verbose_name = "Replies"
    default_auto_field = "django.db.models.BigAutoField"
