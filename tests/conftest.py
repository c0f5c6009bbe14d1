"""No test looks up a name beyond this machine: the site promises that only the link checker does."""

import socket
from typing import Any

import pytest
from hypothesis import settings

from comments.rules import house

# How long an example takes says more of what else the machine has to do.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

_real = socket.getaddrinfo


@pytest.fixture(autouse=True)
def _nobody_else_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in {None, "", "127.0.0.1", "localhost", "::1"}:
            return _real(host, *args, **kwargs)
        return _real(host, *args, **{**kwargs, "flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture(autouse=True)
def _nobody_remembers_rules_that_were_rolled_back() -> None:
    house.forget()
