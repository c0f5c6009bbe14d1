"""Who is asking: the client's address behind the proxies that the operator named, and nobody else's word for it."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
)


class TrustedProxies:
    """Sets `REMOTE_ADDR` to the right-most address that isn't one of `TRUSTED_PROXIES`.

    From any other peer the `X-Forwarded-*` headers are dropped, so that nothing behind can believe them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers of strangers dropped."""
        if is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = client_of(request.META)
        else:
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)


def client_of(environ: dict[str, Any]) -> str:
    """Return the right-most address of those that a request came by that isn't one of `TRUSTED_PROXIES`."""
    hops = [environ.get("REMOTE_ADDR", ""), *reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(","))]
    client: str = hops[0]
    for hop in hops[1:]:
        if not is_trusted(client) or _parsed(hop) is None:
            break
        client = hop.strip()
    return client


def is_trusted(text: str) -> bool:
    """Whether an address is one of `TRUSTED_PROXIES`."""
    address = _parsed(text)
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
