"""Log lines that an operator can pass on: they hold no address of a person and no key to a private page."""

import logging
import re
from ipaddress import ip_address
from typing import Any

from django.views.debug import ExceptionReporter

REMOVED = "[removed]"

_E_MAIL = re.compile(r"[^\s@<>\"(),:;]{1,64}(?:@|%40)[\w.-]{1,255}")
_KEPT = re.compile(r"\b[0-9a-f]{64}\b|\bgAAAA[\w-]+={0,2}")  # a fingerprint, or an address encrypted
_IPV4 = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F:]{2,39}(?![\w:])")
_SIGNED_PATH = re.compile(r"/(mine|preview|confirm|unsubscribe|address|moderator-mail)/[^/\s]+")


class DiscreetFormatter(logging.Formatter):
    """Formats a record, traceback included, and blots out e-mail addresses, IP addresses and signed links."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without personal data."""
        return discreet(super().format(record))


class DiscreetReporter(ExceptionReporter):
    """Django's page of an error, for developers, without the addresses that stood in some variable."""

    def get_traceback_html(self) -> Any:
        """Return the page without personal data."""
        return discreet(super().get_traceback_html())

    def get_traceback_text(self) -> Any:
        """Return the text without personal data."""
        return discreet(super().get_traceback_text())


def discreet(text: str) -> str:
    """Return a text with e-mail addresses, IP addresses and signed links blotted out."""
    text = _SIGNED_PATH.sub(r"/\1/…", text)
    for pattern in (_KEPT, _E_MAIL, _IPV4):
        text = pattern.sub(REMOVED, text)
    return _IPV6.sub(_without_ipv6, text)


def _without_ipv6(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:
        return found[0]  # a time of day, say
    return REMOVED
