"""Writers take turns."""

import fcntl

import pytest
from django.conf import settings
from django.db import connection

from comments.models import Event
from comments.turns import writing


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_on_sqlite_a_writer_keeps_the_others_waiting_and_lets_go() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("other databases queue by themselves")
    with (settings.DATA_DIR / "writing.lock").open("w") as other:
        with writing(), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.django_db
def test_what_fails_within_is_not_stored() -> None:
    with pytest.raises(ZeroDivisionError), writing():
        Event.objects.create(what="x", who="y")
        raise ZeroDivisionError
    assert not Event.objects.exists()
