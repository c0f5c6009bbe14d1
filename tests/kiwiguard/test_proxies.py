"""Who is asking, behind proxies and behind lies."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from comments.clients import client_address
from kiwiguard.proxies import TrustedProxies


def seen(settings: Any, *, proxies: list[str], peer: str, **headers: str) -> HttpRequest:
    settings.TRUSTED_PROXIES = [ip_network(proxy) for proxy in proxies]
    request = RequestFactory().get("/", None, REMOTE_ADDR=peer)
    request.META.update(headers)
    TrustedProxies(lambda _: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8:1:2:3::4", "2001:db8:1:2:3::4"),
    ],
)
def test_only_named_proxies_are_believed(settings: Any, peer: str, forwarded: str, client: str) -> None:
    request = seen(settings, proxies=["10.0.0.0/8"], peer=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert request.META["REMOTE_ADDR"] == client


def test_a_stranger_cannot_claim_https(settings: Any) -> None:
    stranger = seen(settings, proxies=["10.0.0.1/32"], peer="203.0.113.9", HTTP_X_FORWARDED_PROTO="https")
    proxy = seen(settings, proxies=["10.0.0.1/32"], peer="10.0.0.1", HTTP_X_FORWARDED_PROTO="https")
    assert not stranger.is_secure()
    assert proxy.is_secure()


def test_an_ipv6_household_counts_as_one_client(settings: Any) -> None:
    first = client_address(seen(settings, proxies=[], peer="2001:db8:1:2:3::4"))
    second = client_address(seen(settings, proxies=[], peer="2001:db8:1:2:ffff::1"))
    other = client_address(seen(settings, proxies=[], peer="2001:db8:1:3::1"))
    assert first == second != other
