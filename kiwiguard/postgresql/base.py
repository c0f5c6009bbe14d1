"""Django's way to PostgreSQL, which isn't waited for where a proxy between the two keeps a connection that is dead.

The server's own limits don't reach through such a connection, nor those of TCP, which the proxy still answers.
"""

from functools import partial
from typing import Any

from django.db.backends.postgresql import base

LONGEST_WAIT = 40.0  # seconds for an answer: the server gives up a statement after thirty


class DatabaseWrapper(base.DatabaseWrapper):
    """A database whose connections fail where they would wait for longer."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a new connection."""
        connection = super().get_new_connection(conn_params)
        connection.wait = partial(connection.wait, timeout=LONGEST_WAIT)
        return connection
