"""The WSGI application, for granian or any other server."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from kiwiguard.health import UnmigratedError, require_migrated

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kiwiguard.settings")
try:
    application = get_wsgi_application()
    require_migrated()
except (ImproperlyConfigured, UnmigratedError) as error:
    sys.exit(f"Kiwi Guard can't start: {error}")

from kiwiguard.worker import start_inside

start_inside()
