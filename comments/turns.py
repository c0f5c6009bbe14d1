"""Writers that take turns."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction


@contextmanager
def writing() -> Iterator[None]:
    """Open a transaction that writes.

    SQLite takes one writer at a time and lets those who wait look again after a sleep that grows, so that with many
    of them an unlucky one waits for seconds. A lock on a file, which the system hands from one to the next, spares
    them the sleep.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with (settings.DATA_DIR / "writing.lock").open("ab", buffering=0) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with transaction.atomic():
            yield
