"""PostgreSQL behind a proxy that keeps connections which lead nowhere."""

import os
import socket
import threading
from contextlib import closing

import pytest
from django.db import OperationalError, connection

from kiwiguard.postgresql import base

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite is no server"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def test_a_connection_that_leads_nowhere_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    with monkeypatch.context() as soon:
        soon.setattr(base, "LONGEST_WAIT", 0.2)
        connection.ensure_connection()
    silent, theirs = socket.socketpair()
    os.dup2(silent.fileno(), connection.connection.fileno())  # what is said there nobody answers
    with silent, theirs, closing(connection):
        giving_up = threading.Timer(20, theirs.shutdown, [socket.SHUT_RDWR])
        giving_up.start()
        with pytest.raises(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert giving_up.is_alive()
        giving_up.cancel()
