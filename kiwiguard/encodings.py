"""The forms in which a body is sent: which one a browser wants, and making it."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
import zstandard

PACKING = "zstd"


def pack(body: bytes, level: int = 3) -> bytes:
    """Compress a body as zstd; by default for ourselves, in a tenth of a millisecond for an article."""
    # A copy: what zstandard returns holds the room that it took for the worst case, as much as the body itself.
    return bytes(memoryview(zstandard.compress(body, level)))


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=6, lgwin=18)),  # type: ignore[no-untyped-call]
    "zstd": lambda body: pack(body, 12),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
DECOMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": zstandard.decompress,
    "gzip": gzip.decompress,
}
LONGEST = 200  # characters of an `Accept-Encoding`: no browser's is longer
REMEMBERED = 500


def best_encoding(accepted: str) -> str:
    """Return the best of our encodings that an `Accept-Encoding` allows; empty for none (RFC 9110, section 12.5.3)."""
    return _best(accepted) if len(accepted) <= LONGEST else ""


@lru_cache(REMEMBERED)
def _best(accepted: str) -> str:
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        try:
            weights[name.strip()] = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip()] = 0
    others = weights.get("*", 0)
    usable = [name for name in COMPRESSORS if weights.get(name, others) > 0]
    return max(usable, key=lambda name: weights.get(name, others), default="")
