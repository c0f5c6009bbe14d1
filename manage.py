#!/usr/bin/env python3
"""The command line of Kiwi Guard."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must hear it in one line
    sys.exit("Kiwi Guard needs Python 3.11 or newer; this is " + sys.version.split()[0])

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run a management command; a wrong setting is one clear line, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kiwiguard.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018 - loads the settings, so that their errors surface here
    except (ImproperlyConfigured, ValueError) as error:
        sys.exit(f"Kiwi Guard can't start: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
