"""The paper: everything that is published."""

from django.apps import AppConfig
from django.db.backends.sqlite3.base import DatabaseWrapper


class ArticlesConfig(AppConfig):
    """Sections, articles, key points, sources, corrections and pictures; knows nothing of replies."""

    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have changes of tags noted, since their model isn't ours, and pages prepared once they changed."""
        # Django would find out by a transaction, which waits for whoever writes, and remember for good that it failed.
        DatabaseWrapper.features_class.supports_json_field = True  # type: ignore[assignment] # not asked
        from articles import tagging  # noqa: PLC0415 - there are no models before this
        from articles.models import change  # noqa: PLC0415
        from articles.models.tagging import note_changes_of_tags  # noqa: PLC0415
        from articles.preparing import hear  # noqa: PLC0415

        note_changes_of_tags(before_deletion=tagging.take_off)
        change.afterwards.append(hear)
