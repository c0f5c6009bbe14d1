"""Whether a page still says what it said: by a sample of its shingles (Broder: On the resemblance of documents, 1997).

A sketch keeps the smallest hashes of a text's runs of three words, which is a fair sample of them. What share of an
old sketch is in a new text tells how much of the old text is still there: added text costs nothing, numbers don't
count (most are dates and counters), and a text without letters has no sketch.
"""

import hashlib
import re

KEPT_HASHES = 256
WORDS_IN_A_SHINGLE = 3
SAME_FROM = 0.7  # the share that must still be there
MAX_WORDS = 60_000
_HEX_DIGITS = 8
_WORD = re.compile(r"[^\W\d_]+")


def sketch(text: str) -> str:
    """Return the sketch of a text, in hexadecimal digits."""
    return "".join(sorted(_hashes(text))[:KEPT_HASHES])


def share_kept(former: str, text: str) -> float:
    """Return how much of the text behind a sketch is in a text, from 0 to 1."""
    known = {former[place : place + _HEX_DIGITS] for place in range(0, len(former), _HEX_DIGITS)}
    return len(known & _hashes(text)) / len(known) if known else 1.0


def is_alike(text: str, other: str) -> bool:
    """Whether two texts are one template with little else: each is in the other."""
    return min(share_kept(sketch(text), other), share_kept(sketch(other), text)) >= SAME_FROM


def _hashes(text: str) -> set[str]:
    words = _WORD.findall(text.casefold())[:MAX_WORDS]
    runs = {" ".join(words[place : place + WORDS_IN_A_SHINGLE]) for place in range(max(1, len(words) - 2))} - {""}
    return {hashlib.blake2b(run.encode("utf-8", "replace"), digest_size=_HEX_DIGITS // 2).hexdigest() for run in runs}
