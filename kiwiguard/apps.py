"""The site itself."""

from django.apps import AppConfig


class KiwiguardConfig(AppConfig):
    """What spans both apps: commands, static files and the pages around them."""

    name = "kiwiguard"
    verbose_name = "Kiwi Guard"
