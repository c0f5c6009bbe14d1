"""A Redis that is killed, or answers nothing, is an empty cache."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiwiguard.redis_cache import ForgivingRedis
from tests.deploy.running import redis_server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[ForgivingRedis, subprocess.Popen[bytes]]]:
    with redis_server(tmp_path) as (address, server):
        yield ForgivingRedis(address, {"OPTIONS": {"socket_timeout": 0.2}}), server


Running = tuple[ForgivingRedis, "subprocess.Popen[bytes]"]


def test_what_is_kept_is_found(redis: Running) -> None:
    cache, _ = redis
    cache.set("robots", {"trouble": ""}, 60)
    assert cache.get("robots") == {"trouble": ""}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_without_it_nothing_is_remembered_and_nobody_waits_for_long(redis: Running, how: signal.Signals) -> None:
    cache, server = redis
    cache.set("robots", "known", 60)
    server.send_signal(how)
    began = time.monotonic()
    assert cache.get("robots") is None
    assert cache.get("robots", "a default") == "a default"
    cache.set("robots", "known", 60)
    assert time.monotonic() - began < 10
    server.send_signal(signal.SIGCONT)


def test_a_redis_that_comes_back_is_used_again(redis: Running) -> None:
    cache, server = redis
    server.send_signal(signal.SIGSTOP)
    cache.set("robots", "known", 60)
    server.send_signal(signal.SIGCONT)
    cache.set("robots", "known again", 60)
    assert cache.get("robots") == "known again"
