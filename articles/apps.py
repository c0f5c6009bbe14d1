"""The paper: everything that is published."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    """Sections, articles, key points, sources, corrections and pictures; knows nothing of replies."""

    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"
