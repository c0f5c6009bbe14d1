"""What a site's robots.txt lets us read (RFC 9309).

`urllib.robotparser` takes the first rule that fits and no wildcards; the standard wants the longest, and both.
"""

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.core.cache import cache

from articles.canonical import regular_escapes, well_formed_url
from articles.links.connection import Deadline
from articles.links.errors import AddressRefused, BadAnswer, HostBusy, HostUnreachable, LinkError, RobotsForbid
from articles.links.fetching import PRODUCT, Around, fetch
from articles.links.unpacking import as_text

MAX_CHARACTERS = 512_000  # RFC 9309, 2.5: at least 500 KiB
MAX_RULES = 5_000
SECONDS_KEPT = 24 * 60 * 60  # RFC 9309, 2.4
SECONDS_KEPT_IF_UNREACHABLE = 30 * 60
SERVER_ERROR = range(500, 600)
_LINE = re.compile(r"\s*(user-agent|allow|disallow)\s*:([^#]*)", re.IGNORECASE)


def ask_robots(url: str, *, deadline: Deadline, around: Around) -> None:
    """Return if we may read a page; raises RobotsForbid if not, and HostUnreachable if that can't be known now."""
    parts = urlsplit(well_formed_url(url))
    known = _known(f"{parts.scheme}://{parts.netloc}", deadline, around)
    if known["trouble"]:
        raise HostUnreachable(known["trouble"])
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if not may_read(known["text"], path):
        raise RobotsForbid("The site's robots.txt asks us not to read this page.")


def may_read(robots: str, path: str) -> bool:
    """Whether the rules for us let a path be read: the longest that fits decides, and of two as long the allowing."""
    decision = (-1, True)
    for is_allowed, pattern in _rules_for_us(robots):
        if pattern and _fits(pattern, path):
            decision = max(decision, (len(pattern), is_allowed))
    return decision[1]


def _known(origin: str, deadline: Deadline, around: Around) -> dict[str, str]:
    key = f"robots:{hashlib.sha256(origin.encode()).hexdigest()}"
    known: dict[str, str] | None = cache.get(key)
    if known is None:
        known = _ask(origin, deadline, around)
        cache.set(key, known, SECONDS_KEPT_IF_UNREACHABLE if known["trouble"] else SECONDS_KEPT)
    return known


def _ask(origin: str, deadline: Deadline, around: Around) -> dict[str, str]:
    """Return its text, or what keeps us from knowing it; RFC 9309, 2.3.1 says which answers mean that all is open."""
    try:
        answer = fetch(f"{origin}/robots.txt", deadline=deadline, around=around)
    except (HostBusy, AddressRefused):
        raise
    except BadAnswer:
        return {"text": "", "trouble": ""}  # redirects in a circle, or no HTTP: the page itself will tell
    except LinkError as error:
        return {"text": "", "trouble": str(error)}
    if answer.status in SERVER_ERROR:
        return {"text": "", "trouble": f"The site's robots.txt answers with an error ({answer.status})."}
    text = as_text(answer.body, answer.headers.get("content-type", "")) if answer.is_ok else ""
    return {"text": text[:MAX_CHARACTERS], "trouble": ""}


def _rules_for_us(robots: str) -> list[tuple[bool, str]]:
    ours: list[tuple[bool, str]] = []
    everyones: list[tuple[bool, str]] = []
    is_named = False
    for agents, rules in _groups(robots[:MAX_CHARACTERS]):
        if PRODUCT.lower() in agents:
            is_named = True
            ours += rules
        elif "*" in agents:
            everyones += rules
    return (ours if is_named else everyones)[:MAX_RULES]


def _groups(robots: str) -> Iterator[tuple[set[str], list[tuple[bool, str]]]]:
    agents: set[str] = set()
    rules: list[tuple[bool, str]] = []
    is_naming = False
    for name, value in _lines(robots):
        if name == "user-agent":
            if not is_naming:
                yield agents, rules
                agents, rules = set(), []
            product = re.match(r"[a-z_-]+|\*", value.lower())
            agents.add(product.group() if product else "")
        elif agents:
            rules.append((name == "allow", regular_escapes(value) if value.startswith(("/", "*")) else ""))
        is_naming = name == "user-agent"
    yield agents, rules


def _lines(robots: str) -> Iterator[tuple[str, str]]:
    for line in robots.removeprefix("\ufeff").splitlines():
        found = _LINE.match(line)
        if found:
            yield found.group(1).lower(), found.group(2).strip()


def _fits(pattern: str, path: str) -> bool:
    """Whether a path fits, `*` standing for anything and `$` at the end for the end; in linear steps, no regex."""
    is_whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not is_whole or path == first
    place = len(first)
    last = others.pop() if is_whole else ""
    for part in others:
        place = path.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return not is_whole or (path.endswith(last) and len(path) - len(last) >= place)
