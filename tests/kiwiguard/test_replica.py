"""Public pages are made from a copy of the database as long as it has all that changed, and nothing else is."""

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Change, PreparedArticle
from articles.preparing import prepare
from kiwiguard import replica
from kiwiguard.freshness import noted_changes
from kiwiguard.replica import REPLICA, reading_from_copy
from tests.factories import make_article, make_full_article, make_reply, make_staff

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="A site on SQLite is on one machine"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True, databases=["default", REPLICA]),
]


@pytest.fixture(scope="module", autouse=True)
def _there_is_a_copy(django_db_setup: None) -> Iterator[None]:
    original = dict(connections.settings["default"])
    test = original["TEST"] | {"MIRROR": "default"}  # so that it isn't flushed
    connections.settings[REPLICA] = original | {"NAME": f"{original['NAME']}_copy", "TEST": test}
    yield
    drop_copy()
    del connections[REPLICA], connections.settings[REPLICA]


@pytest.fixture
def catch_up(settings: Any) -> Callable[[], None]:
    """Give what makes the copy what the original is now; from then on it lags."""
    settings.DATABASE_ROUTERS = ["kiwiguard.replica.Routes"]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "kiwiguard.replica.PublicReads"]
    noted_changes.looked_at = noted_changes.good_until = float("-inf")  # what other tests changed is gone

    def copy() -> None:
        drop_copy()
        connection.close()
        on_server(
            f'CREATE DATABASE "{connections.settings[REPLICA]["NAME"]}" TEMPLATE "{connection.settings_dict["NAME"]}"'
        )

    return copy


def drop_copy() -> None:
    connections[REPLICA].close()
    on_server(f'DROP DATABASE IF EXISTS "{connections.settings[REPLICA]["NAME"]}" WITH (FORCE)')


def on_server(statement: str) -> None:
    server = connection.settings_dict
    parts = {"user": server["USER"], "password": server["PASSWORD"], "host": server["HOST"], "port": server["PORT"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **parts) as asking:
        asking.execute(statement)


LOOK = re.compile("articles_change|pg_current_snapshot")


class Asked:
    """How often a page asked each database, but for its look at what has changed."""

    def __init__(self, path: str, client: Client | None = None) -> None:
        with CaptureQueriesContext(connection) as original, CaptureQueriesContext(connections[REPLICA]) as copy:
            answer = (client or Client()).get(path)
        self.status, self.page = answer.status_code, answer.content.decode()
        self.original, self.copy = (
            [query["sql"] for query in asked if not LOOK.search(query["sql"])] for asked in (original, copy)
        )


def change(article: Article, standfirst: str) -> None:
    article.standfirst = standfirst
    article.save()


def test_a_page_comes_from_a_copy_that_has_everything(catch_up: Callable[[], None]) -> None:
    article = make_full_article()
    make_reply(article, status="approved", body="A thought.")
    catch_up()
    for path in ("/", article.get_absolute_url(), f"/search/?q={article.title.split()[0]}", "/feed/", "/sitemap.xml"):
        asked = Asked(path)
        assert (asked.status, asked.original) == (200, []), path
        assert asked.copy, path


def test_a_copy_that_lacks_a_change_shows_nothing(catch_up: Callable[[], None]) -> None:
    article = make_article(standfirst="As it was.")
    catch_up()
    change(article, "As it is.")
    for path in ("/", article.get_absolute_url()):
        asked = Asked(path)
        assert asked.copy == []
        assert "As it is." in asked.page
    catch_up()
    asked = Asked(article.get_absolute_url())
    assert asked.original == []
    assert "As it is." in asked.page


def test_a_change_that_was_overtaken_by_a_later_one_is_missed_too(catch_up: Callable[[], None]) -> None:
    article = make_article(standfirst="As it was.")
    newest = Change.objects.latest("pk").pk
    Change.objects.bulk_create([Change(pk=newest + 100, key="something-else")])
    noted_changes.now()
    catch_up()
    change(article, "As it is.")
    assert Change.objects.latest("pk").pk == newest + 100
    asked = Asked(article.get_absolute_url())
    assert (asked.copy, "As it is." in asked.page) == ([], True)


def test_what_is_made_on_the_way_is_made_in_the_original(catch_up: Callable[[], None]) -> None:
    article = make_article(title="Made anew")
    PreparedArticle.objects.update(recipe="of an older version", path="")
    catch_up()
    asked = Asked(article.get_absolute_url())
    assert (asked.status, "Made anew" in asked.page) == (200, True)
    assert PreparedArticle.objects.get().recipe != "of an older version"
    assert not any(sql.startswith(("UPDATE", "INSERT", "DELETE")) or "FOR UPDATE" in sql for sql in asked.copy)


def test_what_is_made_to_last_is_made_of_the_original(catch_up: Callable[[], None]) -> None:
    article = make_article(standfirst="As it was.")
    catch_up()
    change(article, "As it is.")
    PreparedArticle.objects.update(recipe="of an older version")
    with reading_from_copy():
        assert "As it is." in prepare(article.pk).main


def test_staff_read_the_original(catch_up: Callable[[], None]) -> None:
    make_reply(make_article())
    client = Client()
    client.force_login(make_staff("Moderator"))
    catch_up()
    for path in ("/moderation/", "/admin/"):
        asked = Asked(path, client)
        assert (asked.status, asked.copy) == (200, []), path


def test_a_site_in_which_nothing_was_noted_for_days_does_without(catch_up: Callable[[], None]) -> None:
    article = make_article()
    Change.objects.all().delete()
    noted_changes.looked_at = float("-inf")
    catch_up()
    assert Asked(article.get_absolute_url()).copy == []


def test_a_copy_that_is_gone_costs_no_page(catch_up: Callable[[], None], caplog: pytest.LogCaptureFixture) -> None:
    article = make_article()
    catch_up()
    client = Client()
    assert Asked(article.get_absolute_url(), client).original == []
    drop_copy()
    for _ in range(3):
        assert client.get(article.get_absolute_url()).status_code == 200
    assert len([record for record in caplog.records if record.name == "kiwiguard.replica"]) == 1


def test_a_copy_that_hangs_costs_no_page(catch_up: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "LONGEST_WAIT", 0.1)
    article = make_article()
    catch_up()
    client = Client()
    assert Asked(article.get_absolute_url(), client).original == []
    silent, theirs = socket.socketpair()
    os.dup2(silent.fileno(), connections[REPLICA].connection.fileno())  # what is said there nobody answers
    with silent, theirs:
        giving_up = threading.Timer(20, theirs.shutdown, [socket.SHUT_RDWR])
        giving_up.start()
        assert client.get(article.get_absolute_url()).status_code == 200
        assert giving_up.is_alive()
        giving_up.cancel()


def test_one_page_alone_tries_whether_the_copy_is_back(
    catch_up: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make_article()
    catch_up()
    client = Client()
    with monkeypatch.context() as soon:
        soon.setattr(replica, "SECONDS_AWAY", 0)
        drop_copy()
        client.get(article.get_absolute_url())
    tries = []

    def ask_meanwhile(changes: Any) -> bool:
        tries.append(1)
        if len(tries) == 1:
            assert client.get(article.get_absolute_url()).status_code == 200
        raise OperationalError("It isn't back.")

    monkeypatch.setattr(replica, "_has", ask_meanwhile)
    catch_up()
    assert client.get(article.get_absolute_url()).status_code == 200
    assert tries == [1]


def test_a_copy_that_fails_half_way_costs_no_page(catch_up: Callable[[], None]) -> None:
    article = make_article()
    catch_up()
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("DROP TABLE comments_tally CASCADE")
    asked = Asked(article.get_absolute_url())
    assert (asked.status, bool(asked.copy), bool(asked.original)) == (200, True, True)
