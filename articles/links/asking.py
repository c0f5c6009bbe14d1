"""Asking politely: a host is asked by one of us at a time, with a pause, and only for what its robots.txt allows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import sleep

from articles.links.connection import Deadline
from articles.links.errors import HostBusy, LinkError
from articles.links.fetching import Answer, fetch
from articles.links.hosts import target_of
from articles.links.robots import ask_robots
from articles.models.link import HostTurn

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_OF_PATIENCE = 15


def ask(url: str, *, deadline: Deadline, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to a request, politely made; raises a LinkError when there is none, or may be none."""

    @contextmanager
    def politely(address: str) -> Iterator[None]:
        target_of(address)  # what we never ask needs no turn
        ask_robots(address, deadline=deadline, around=taking_turns)
        with taking_turns(address):
            yield

    @contextmanager
    def taking_turns(address: str) -> Iterator[None]:
        host = target_of(address).host
        _wait_for_turn(host, deadline)
        try:
            yield
        finally:
            HostTurn.objects.give_back(host)

    return fetch(url, method=method, headers=headers, deadline=deadline, around=politely)


def _wait_for_turn(host: str, deadline: Deadline) -> None:
    patience: Deadline | None = None
    while not HostTurn.objects.take(host):
        try:
            patience = patience or deadline.sooner(SECONDS_OF_PATIENCE)
            patience.left()
        except LinkError:
            raise HostBusy(f"{host} is being asked by another process.") from None
        sleep(SECONDS_BETWEEN_LOOKS)
