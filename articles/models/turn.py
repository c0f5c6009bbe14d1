"""Turns among those who change what other tables are derived from."""

from enum import IntEnum

from django.db import connection


class Turn(IntEnum):
    """What is changed by one at a time; numbers that nobody else locks."""

    PAPER = 5_001
    DISCUSSIONS = 5_002


def take_turn(turn: Turn) -> None:
    """Wait until nobody else has a turn; it lasts until the transaction ends.

    Who needs one takes it before locking any row: else two could wait for each other.
    """
    # SQLite takes one writer at a time anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(turn)])
