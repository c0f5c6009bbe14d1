"""The paper: everything that is published."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    """Sections, articles, key points, sources, corrections and pictures; knows nothing of replies."""

    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have changes of tags noted, since their model isn't ours, and pages prepared once they changed."""
        from articles.models import change, tagging  # noqa: PLC0415 - there are no models before this
        from articles.preparing import hear  # noqa: PLC0415

        tagging.note_changes_of_tags()
        change.afterwards.append(hear)
