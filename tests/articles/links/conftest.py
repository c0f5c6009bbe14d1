"""One server, its host exempt, no pauses, and nothing remembered from the test before."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from articles.models import HostTurn
from tests.articles.links.web import Web, serving


@pytest.fixture
def web(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(HostTurn, "PAUSE", timedelta(0))
    cache.clear()
    with serving() as web:
        settings.LINK_CHECK_ALLOWED_HOSTS = [web.host]
        yield web
    cache.clear()
