"""E-mail addresses at rest: encrypted, and looked up by a fingerprint that nobody can make without the key.

The keys live outside the database (`EMAIL_KEYS`, `FINGERPRINT_KEY`), so a copy of the database tells no address.
"""

import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(address: str) -> str:
    """Return an address as it is stored (Fernet, https://github.com/fernet/spec); empty stays empty."""
    return _cipher().encrypt(address.encode()).decode() if address else ""


def decrypt(stored: str) -> str:
    """Return the address that `encrypt` stored; raises cryptography.fernet.InvalidToken without its key."""
    return _cipher().decrypt(stored.encode()).decode() if stored else ""


def reencrypt(stored: str) -> str:
    """Return what `encrypt` would store with the newest key; raises InvalidToken as `decrypt` does."""
    return _cipher().rotate(stored.encode()).decode()


def fingerprint(address: str) -> str:
    """Return what stands for an address in look-ups: the same for every spelling of its case, 64 hex digits."""
    return keyed_digest("e-mail", address.strip().casefold())


def masked(address: str) -> str:
    """Return an address as a moderator may see it: the first letters of the name and the host, such as a…@e….org."""
    name, _, host = address.strip().partition("@")
    domain, dot, ending = host.rpartition(".")
    return f"{name[:1]}…@{domain[:1]}…{dot}{ending}" if name else f"@{domain[:1]}…{dot}{ending}"


def keyed_digest(purpose: str, *parts: str) -> str:
    """Return an HMAC-SHA256 of the parts in 64 hex digits; a digest for one purpose says nothing about another."""
    message = "\0".join((purpose, *parts)).encode("utf-8", "surrogatepass")
    return hmac.new(settings.FINGERPRINT_KEY.encode(), message, hashlib.sha256).hexdigest()


@cache
def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.EMAIL_KEYS])
