"""Who sends: the client's network address, which is never stored, and what stands for it in limits."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest
from django.utils import timezone

from comments.personal_data import keyed_digest

IPV6_CLIENT_PREFIX = 64  # a household gets a whole /64: its single addresses cost nothing
NOBODY = "0.0.0.0"  # noqa: S104 - nobody's address, where a socket has none


def client_address(request: HttpRequest) -> str:
    """Return the address that limits count."""
    return counted_address(request.META.get("REMOTE_ADDR", ""))


def counted_address(text: str) -> str:
    """Return what an address counts as: an IPv4 address, or the first of an IPv6 client's /64."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return NOBODY
    address = getattr(address, "ipv4_mapped", None) or address
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_CLIENT_PREFIX), strict=False).network_address)
    return str(address)


def client_fingerprints(address: str) -> list[str]:
    """Return what stands for a client today and, for limits that reach over midnight, what stood for it yesterday.

    The salt is the day: nobody can follow a client from one week to the next, nor tell its address without the key.
    """
    today = timezone.now().date()
    return [keyed_digest("client", day.isoformat(), address) for day in (today, today - timedelta(days=1))]
