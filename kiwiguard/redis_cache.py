"""Redis as the cache (`CACHE_URL`), which may be away: then nothing is remembered, and nobody waits for long.

The cache holds only what the link checker remembers of other sites. No page, session, limit or task is in it.
"""

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

SECONDS_TO_ANSWER = 1

logger = logging.getLogger(__name__)


class ForgivingRedis(RedisCache):
    """Redis, or an empty cache while it can't be reached."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": SECONDS_TO_ANSWER,
            "socket_connect_timeout": SECONDS_TO_ANSWER,
            "retry": Retry(NoBackoff(), 1),  # its own waits for seconds
        }
        super().__init__(server, params | {"OPTIONS": options | params.get("OPTIONS", {})})

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return what is kept, or the default."""
        try:
            return super().get(key, default, version)
        except RedisError as error:
            logger.warning("Redis can't be asked: %s", error)
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value, if that can be done now."""
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            logger.warning("Redis keeps nothing: %s", error)
