"""The site's settings for the processes that the test starts, each of which has the same data."""

from kiwiguard.settings import *  # noqa: F403 - they are the site's

PUBLIC_HISTORY = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
