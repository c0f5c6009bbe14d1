"""`python -m tests.freshness`: a process of the site as the test drives it."""

import django

django.setup()

from tests.freshness.process import obey_all  # noqa: E402 - there are no models before it

obey_all()
