"""The WSGI application, for our own server or any other; beside another one runs `manage.py worker`."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from kiwiguard.health import UnmigratedError, require_migrated

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kiwiguard.settings")
try:
    django_application = get_wsgi_application()
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
