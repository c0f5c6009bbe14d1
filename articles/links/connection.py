"""A connection to an address that was checked, every read of which obeys one deadline.

`http.client` speaks HTTP; the socket below it is ours, so that neither a proxy of the environment nor a second look-up
comes between the address that was checked and the one connected to, and a server that sends a byte a minute is cut off.
"""

import functools
import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import certifi

from articles.links.errors import BadAnswer, HostUnreachable, TimedOut
from articles.links.hosts import Target, find_addresses

MAX_WIRE_BYTES = 6_000_000  # headers and body as they come, however they are packed


class Deadline:
    """A moment by which all must be over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raises TimedOut if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimedOut("The answer took too long.")
        return left

    def sooner(self, seconds: float) -> "Deadline":
        """Return a deadline so many seconds from now, or this one if it is sooner."""
        return Deadline(min(seconds, self.left()))


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: socket.socket, deadline: Deadline) -> None:
        self._raw, self._deadline, self._bytes_left = raw, deadline, MAX_WIRE_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._raw.settimeout(self._deadline.left())
        count = self._raw.recv_into(buffer)
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise BadAnswer("The answer is too long.")
        return count


class _TimedSocket:
    """As much of a socket as `http.client` needs."""

    def __init__(self, raw: socket.socket, deadline: Deadline) -> None:
        self._raw, self._deadline = raw, deadline

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(self._deadline.left())
        self._raw.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._raw, self._deadline))

    def close(self) -> None:
        """Leave it open: `http.client` is done with it before the body is read."""


@contextmanager
def connected(target: Target, deadline: Deadline) -> Iterator[HTTPConnection]:
    """Open a connection to a host, at one of its addresses that were checked, and close it in the end."""
    raw = _reach(target, deadline)
    if target.scheme == "https":
        raw = _secured(raw, target, deadline)
    with raw:
        connection = HTTPConnection(target.host, target.port)
        connection.sock = _TimedSocket(raw, deadline)
        yield connection


def _reach(target: Target, deadline: Deadline) -> socket.socket:
    failure: OSError | None = None
    for address in find_addresses(target, seconds=deadline.left()):
        raw = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            raw.settimeout(deadline.left())
            raw.connect((address, target.port))
        except OSError as error:
            failure = error
            raw.close()
        else:
            return raw
    if isinstance(failure, TimeoutError):
        raise TimedOut(f"{target.host} doesn't answer.")
    raise HostUnreachable(f"{target.host} refuses the connection.")


def _secured(raw: socket.socket, target: Target, deadline: Deadline) -> socket.socket:
    try:
        raw.settimeout(deadline.left())
        return _trust().wrap_socket(raw, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        raw.close()
        raise HostUnreachable(f"The certificate of {target.host} isn't valid: {error.verify_message}.") from error
    except (OSError, ValueError) as error:
        raw.close()
        raise HostUnreachable(f"No secure connection to {target.host} could be made.") from error


@functools.cache
def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())  # a bare machine has no certificates of its own
    return context
