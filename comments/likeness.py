"""When two replies say the same, but for what a flood changes from one to the next."""

import hashlib
import re

_ADDRESSES = re.compile(r"https?://\S+", re.IGNORECASE)


def text_digest(body: str) -> str:
    """Return what is equal for texts of the same words, whatever their case, numbers, links and punctuation."""
    words = re.findall(r"[^\W\d_]+", _ADDRESSES.sub(" ", body.casefold()))
    return hashlib.sha256(" ".join(words or [body]).encode("utf-8", "surrogatepass")).hexdigest()
