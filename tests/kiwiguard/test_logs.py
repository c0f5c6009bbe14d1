"""Log lines that can be passed on."""

import logging
import sys

import pytest

from kiwiguard.logs import DiscreetFormatter


@pytest.mark.parametrize(
    "secret",
    [
        "reader@hidden.invalid",
        "first.last+tag@mail.hidden.invalid",
        "reader%40hidden.invalid",
        "203.0.113.7",
        "2001:db8:1:2:3:4:5:6",
        "2001:db8::1",
        "::1",
        "/replies/mine/MTI6c2VjcmV0OnNpZ24/",
        "/preview/MTI6c2VjcmV0OnNpZ24/",
    ],
)
def test_no_line_holds_an_address_or_a_key(secret: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "From %s it came", (secret,), None)
    line = DiscreetFormatter("{message}", style="{").format(record)
    assert secret.rstrip("/").rsplit("/", 1)[-1] not in line
    assert line.startswith("From ")
    assert line.endswith(" it came")


def test_tracebacks_are_discreet_too() -> None:
    try:
        int("Key (email)=(reader@hidden.invalid) exists")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "Failed", (), sys.exc_info())
    line = DiscreetFormatter("{message}", style="{").format(record)
    assert "hidden.invalid" not in line
    assert "ValueError" in line


def test_times_and_code_stay_readable() -> None:
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "at 12:30:45 in a:b, File 'views.py'", (), None)
    assert DiscreetFormatter("{message}", style="{").format(record) == "at 12:30:45 in a:b, File 'views.py'"
