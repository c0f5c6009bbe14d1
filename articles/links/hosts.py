"""Which hosts may be asked: those of the public web, and those that the operator names.

An address is looked up once, and the answer is what gets connected to: a name that points elsewhere a moment later
(DNS rebinding) gains nothing.
"""

import ipaddress
import queue
import re
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from articles.canonical import DEFAULT_PORTS, well_formed_url
from articles.links.errors import AddressRefused, HostUnreachable, TimedOut

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_MAPPED_BY_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What `is_global` leaves open in some versions of Python, and a cloud's own services at a public address.
_CLOSED = [
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
    )
]  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Where a request goes: a host, its port, and what to ask it for."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return host and port as a `Host` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_exempt(self) -> bool:
        """Whether the operator named the host in LINK_CHECK_ALLOWED_HOSTS, with this port or with none."""
        named = {host.strip().lower() for host in settings.LINK_CHECK_ALLOWED_HOSTS}
        host = f"[{self.host}]" if ":" in self.host else self.host
        return bool({self.host, host, f"{host}:{self.port}"} & named)


def target_of(url: str) -> Target:
    """Return where a request for an address goes; raises AddressRefused if we don't go there."""
    if re.search(r"[@\\]", re.split(r"[/?#]", url.partition("//")[2], maxsplit=1)[0]):
        raise AddressRefused("The address holds a user name, or a host that browsers read otherwise.")
    try:
        parts = urlsplit(well_formed_url(url))
        port = parts.port
    except ValueError as error:
        raise AddressRefused("The address can't be understood.") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise AddressRefused("Only http and https addresses are asked.")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    target = Target(parts.scheme, parts.hostname, port or DEFAULT_PORTS[parts.scheme], path)
    if target.port not in DEFAULT_PORTS.values() and not target.is_exempt:
        raise AddressRefused(f"Port {target.port} isn't one of the web's.")
    return target


def find_addresses(target: Target, *, seconds: float) -> list[str]:
    """Return the network addresses of a host, all of them checked; raises AddressRefused if one isn't public."""
    addresses = _look_up(target.host, target.port, seconds)
    for address in addresses:
        if not target.is_exempt and not is_public(ipaddress.ip_address(address)):
            raise AddressRefused(f"{target.host} is at an address that isn't on the public web.")
    return addresses


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public internet; one that carries another is judged by what it carries."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if address in _MAPPED_BY_NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not is_special and not any(address in network for network in _CLOSED)


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """Ask the system for a host's addresses, in a thread of its own: a look-up can't be told when to give up."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            answers.put(list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)))
        except (OSError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimedOut(f"Nobody said in time where {host} is.") from None
    if isinstance(answer, Exception) or not answer:
        raise HostUnreachable(f"No host is called {host}.")
    return answer
