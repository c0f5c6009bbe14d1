"""Clients are told apart, and never stored as they are."""

from datetime import timedelta
from typing import Any

from django.test import RequestFactory
from django.utils import timezone

from comments.clients import NOBODY, client_address, client_fingerprints


def address(peer: str) -> str:
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer))


def test_an_ipv6_client_is_its_whole_network() -> None:
    assert address("2001:db8:1:2:3::4") == address("2001:db8:1:2:ffff::1") != address("2001:db8:1:3::1")


def test_an_address_in_disguise_is_the_same_client() -> None:
    assert address("::ffff:192.0.2.1") == address("192.0.2.1") == "192.0.2.1"
    assert address("") == address("unix:") == NOBODY


def test_a_fingerprint_holds_no_address_and_changes_with_the_day(time_machine: Any) -> None:
    today, yesterday = client_fingerprints("192.0.2.1")
    assert len({today, yesterday, *client_fingerprints("192.0.2.2")}) == 4
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert client_fingerprints("192.0.2.1")[1] == today
    assert today not in client_fingerprints("192.0.2.1")[:1]
