"""Log lines that an operator can pass on: they hold no address of a person and no key to a private page."""

import logging
import re
from ipaddress import ip_address

REMOVED = "[removed]"

_E_MAIL = re.compile(r"[^\s@<>\"'(),:;=/]{1,64}(?:@|%40)[\w.-]{1,255}")
_IPV4 = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F:]{2,39}(?![\w:])")
_SIGNED_PATH = re.compile(r"/(mine|preview)/[^/\s]+")


class DiscreetFormatter(logging.Formatter):
    """Formats a record, traceback included, and blots out e-mail addresses, IP addresses and signed links."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without personal data."""
        line = _SIGNED_PATH.sub(r"/\1/…", super().format(record))
        for pattern in (_E_MAIL, _IPV4):
            line = pattern.sub(REMOVED, line)
        return _IPV6.sub(_without_ipv6, line)


def _without_ipv6(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:
        return found[0]  # a time of day, say
    return REMOVED
