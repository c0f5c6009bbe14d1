"""The WSGI application, for our own server or any other; beside another one runs `manage.py worker`."""

import os
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kiwiguard.health import UnmigratedError, require_migrated
from kiwiguard.requests import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kiwiguard.settings")
try:
    django.setup(set_prefix=False)
    django_application = Handler()
    require_migrated()
except (ImproperlyConfigured, UnmigratedError) as error:
    sys.exit(f"Kiwi Guard can't start: {error}")

from kiwiguard.freshness import noted_changes
from kiwiguard.fronts import site
from kiwiguard.page_store import PageStore
from kiwiguard.threads import FewThreads

THREADS = 2  # for Django

noted_changes.look_aside()
application = PageStore(
    FewThreads(django_application, THREADS), noted_changes, site(), max_bytes=settings.PAGE_CACHE_BYTES
)
