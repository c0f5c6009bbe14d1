"""Limits are exact, over midnight and for each client by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from comments.housekeeping import tidy
from comments.limits import HOUR, MINUTE, Limit, TooMany, spend
from comments.models import Event

pytestmark = pytest.mark.django_db
LIMITS = {MINUTE: 3, HOUR: 5}


def test_exactly_as_many_as_allowed_go_through() -> None:
    for _ in range(3):
        spend(Limit("reply", ["client"], LIMITS))
    with pytest.raises(TooMany) as caught:
        spend(Limit("reply", ["client"], LIMITS))
    assert 1 <= caught.value.retry_after <= 60
    assert Event.objects.count() == 3


def test_there_is_room_again_when_the_time_has_come(time_machine: Any) -> None:
    start = timezone.now()
    for second in (0, 10, 20):
        time_machine.move_to(start + timedelta(seconds=second), tick=False)
        spend(Limit("reply", ["client"], LIMITS))
    with pytest.raises(TooMany) as caught:
        spend(Limit("reply", ["client"], LIMITS))
    time_machine.move_to(start + timedelta(seconds=20 + caught.value.retry_after), tick=False)
    spend(Limit("reply", ["client"], LIMITS))


def test_the_hour_counts_what_the_minute_has_forgotten(time_machine: Any) -> None:
    start = timezone.now()
    for minute in range(5):
        time_machine.move_to(start + timedelta(minutes=2 * minute), tick=False)
        spend(Limit("reply", ["client"], LIMITS))
    time_machine.move_to(start + timedelta(minutes=20), tick=False)
    with pytest.raises(TooMany) as caught:
        spend(Limit("reply", ["client"], LIMITS))
    assert caught.value.retry_after == 40 * 60


def test_clients_and_doings_have_limits_of_their_own() -> None:
    for _ in range(3):
        spend(Limit("reply", ["client"], LIMITS))
    spend(Limit("reply", ["another"], LIMITS))
    spend(Limit("report", ["client"], LIMITS))


def test_yesterdays_name_of_a_client_counts_too() -> None:
    for _ in range(3):
        spend(Limit("reply", ["yesterday"], LIMITS))
    with pytest.raises(TooMany):
        spend(Limit("reply", ["today", "yesterday"], LIMITS))


def test_what_is_over_an_hour_old_is_forgotten(time_machine: Any) -> None:
    spend(Limit("reply", ["client"], LIMITS))
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    spend(Limit("reply", ["another"], LIMITS))
    tidy()
    assert list(Event.objects.values_list("who", flat=True)) == ["another"]


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="PostgreSQL plans by the sizes of tables, and keeps its plans."
)
def test_counting_keeps_to_its_index_though_it_begins_with_an_empty_table() -> None:
    for _ in range(10):
        spend(Limit("planning", ["somebody"], {HOUR: 20}))
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_scan, idx_scan > 0 FROM pg_stat_xact_user_tables WHERE relname = 'comments_event'")
        assert cursor.fetchall() == [(0, True)]
