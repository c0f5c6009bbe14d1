"""Caches in front: what they are told, when, and what happens when they don't listen."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from articles.models import Change, change
from kiwiguard import fronts
from kiwiguard.worker import TaskWorker
from tests.factories import make_approved_reply, make_article

NOON = 1_800_000_000.0


class Cache(ThreadingHTTPServer):
    """A cache that notes what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.status = 204
        self.told: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/purge/"


class Listener(BaseHTTPRequestHandler):
    server: Cache

    def do_PURGE(self) -> None:
        assert self.path == "/purge/"
        self.server.told.append(self.headers["Surrogate-Key"])
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def cache() -> Iterator[Cache]:
    cache = Cache()
    thread = Thread(target=cache.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield cache
    cache.shutdown()
    cache.server_close()
    thread.join()


@pytest.fixture
def _told(cache: Cache, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.PURGE_URLS = [cache.url]
    fronts.fronts.cache_clear()
    monkeypatch.setattr(change, "tell", [fronts.purge])
    yield
    fronts.fronts.cache_clear()


def said(cache: Cache) -> set[str]:
    return set(" ".join(cache.told).split())


@pytest.mark.usefixtures("_told")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_change_is_told_before_it_is_acknowledged(cache: Cache) -> None:
    article = make_article()
    cache.told.clear()
    make_approved_reply(article)
    assert f"replies-{article.pk}" in said(cache)


@pytest.mark.usefixtures("_told")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_was_taken_back_is_told_to_nobody(cache: Cache) -> None:
    with transaction.atomic():
        Change.objects.note({"never"})
        transaction.set_rollback(True)
    assert cache.told == []


@pytest.mark.usefixtures("_told")
def test_many_keys_are_told_in_several_requests_and_very_many_as_everything(cache: Cache) -> None:
    keys = {f"article-{number}" for number in range(1_000)}
    assert fronts.purge(keys)
    assert len(cache.told) > 1
    assert all(len(line) <= fronts.LONGEST_LINE for line in cache.told)
    assert said(cache) == keys
    cache.told.clear()
    assert fronts.purge({f"article-{number}" for number in range(5_000)})
    assert cache.told == ["site"]


@pytest.mark.usefixtures("_told")
def test_a_cache_that_refuses_is_logged_and_told_of_the_next_change_all_the_same(
    cache: Cache, caplog: pytest.LogCaptureFixture
) -> None:
    cache.status = 403
    assert not fronts.purge({"a"})
    assert "403" in caplog.text
    cache.status = 204
    assert fronts.purge({"b"})
    assert cache.told == ["a", "b"]


def test_a_cache_that_keeps_silent_is_not_waited_for_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fronts, "SECONDS_TO_ANSWER", 0.05)
    with create_server(("127.0.0.1", 0)) as silent:
        front = fronts.PurgeRequests(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(TimeoutError):
            front.purge({"a"})
        with pytest.raises(OSError, match="a moment ago"):
            front.purge({"b"})


def test_all_caches_hear_it_though_one_is_away(cache: Cache, settings: Any) -> None:
    settings.PURGE_URLS = ["http://127.0.0.1:9/", cache.url]
    fronts.fronts.cache_clear()
    assert not fronts.purge({"a"})
    assert cache.told == ["a"]
    fronts.fronts.cache_clear()


@pytest.mark.usefixtures("_told")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_tells_it_again_until_it_was_heard(cache: Cache, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    cache.status = 503
    Change.objects.note({"a"})
    cache.told.clear()
    for seconds in (1, 11, 17, 23):
        time_machine.move_to(NOON + seconds, tick=False)
        cache.status = 204 if seconds == 17 else 503
        TaskWorker().look()
    assert sum("a" in keys.split() for keys in cache.told) == 2


@pytest.mark.usefixtures("_told")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_process_that_died_before_it_told_is_made_up_for(cache: Cache) -> None:
    long_ago = timezone.now() - timedelta(minutes=1)
    Change.objects.bulk_create([Change(key="a", made_at=long_ago, is_owed=True), Change(key="b", made_at=long_ago)])
    fronts.purge_again()
    assert cache.told == ["a"]
    assert not Change.objects.filter(is_owed=True).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_where_no_cache_is_nothing_is_owed() -> None:
    Change.objects.note({"a"})
    assert not Change.objects.filter(is_owed=True).exists()


@pytest.mark.usefixtures("_told")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_upgrade_renews_every_page(cache: Cache) -> None:
    call_command("renew_pages")
    assert cache.told == ["site"]


@pytest.mark.parametrize(
    ("end", "said"),
    [(NOON - 1, "0"), (NOON + 0.9, "0"), (NOON + 1, f"@{NOON:.0f}"), (NOON + 60.7, f"@{NOON + 59:.0f}")],
)
def test_nginx_hears_the_last_whole_second(end: float, said: str, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    assert fronts.end_for_nginx(end) == ("X-Accel-Expires", said)


@pytest.mark.parametrize(("end", "said"), [(NOON - 9, 0), (NOON + 0.9, 0), (NOON + 2, 1), (NOON + 60.7, 59)])
def test_others_hear_for_how_long(end: float, said: int, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    assert fronts.end_for_others(end) == ("Surrogate-Control", f"max-age={said}")


@pytest.mark.parametrize(
    ("nginx", "others", "header", "shows_keys"),
    [
        ([], [], None, False),
        (["http://127.0.0.1:1/"], [], "X-Accel-Expires", False),
        ([], ["http://127.0.0.1:1/"], "Surrogate-Control", True),
    ],
)
def test_each_front_is_told_in_its_own_way(
    settings: Any, nginx: list[str], others: list[str], header: str | None, shows_keys: bool
) -> None:
    settings.NGINX_PURGE_URLS, settings.PURGE_URLS = nginx, others
    site = fronts.site()
    assert site.shows_keys == shows_keys
    assert (site.end_in_front and site.end_in_front(NOON)[0]) == header


@pytest.mark.parametrize(
    "variables",
    [
        {"PURGE_URLS": "127.0.0.1:8001"},
        {"NGINX_PURGE_URLS": "http:///"},
        {"NGINX_PURGE_URLS": "http://127.0.0.1:8001/", "PURGE_URLS": "http://127.0.0.1:6081/"},
    ],
)
def test_settings_that_make_no_sense_are_refused(variables: dict[str, str]) -> None:
    environment = {**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "kiwiguard.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "can't start" in done.stderr
