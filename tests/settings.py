"""The site's settings, with its data in a folder that goes when the tests are over."""

import os
import tempfile

_data = tempfile.TemporaryDirectory(prefix="kiwiguard-tests-")
os.environ["DATA_DIR"] = _data.name
os.environ.pop("SITE_URL", None)

from kiwiguard.settings import *  # noqa: E402, F403 - after the environment is set

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
