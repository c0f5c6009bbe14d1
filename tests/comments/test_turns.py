"""Writers take turns."""

import fcntl
from typing import IO

import pytest
from django.conf import settings
from django.db import connection

from comments.models import Event
from comments.turns import writing


def is_held(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(lock, fcntl.LOCK_UN)
    return False


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_writer_keeps_the_others_waiting_where_the_database_has_no_queue() -> None:
    with (settings.DATA_DIR / "writing.lock").open("w") as lock:
        with writing():
            assert is_held(lock) == (connection.vendor == "sqlite")
        assert not is_held(lock)


def store_and_fail() -> None:
    with writing():
        Event.objects.create(what="x", who="y")
        raise ZeroDivisionError


@pytest.mark.django_db
def test_what_fails_within_is_not_stored() -> None:
    with pytest.raises(ZeroDivisionError):
        store_and_fail()
    assert not Event.objects.exists()
