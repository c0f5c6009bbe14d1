"""The site itself."""

from django.apps import AppConfig


class KiwiguardConfig(AppConfig):
    """What spans both apps: commands, static files and the pages around them."""

    name = "kiwiguard"
    verbose_name = "Kiwi Guard"

    def ready(self) -> None:
        """Have the caches in front told of every change, if there are any."""
        from articles.models import change  # noqa: PLC0415 - no model can be imported before
        from kiwiguard import fronts  # noqa: PLC0415

        if fronts.fronts():
            change.tell.append(fronts.purge)
