"""Akismet is asked from the task queue, learns no address, and never stands in a reply's way."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client

from comments.models import Comment
from kiwiguard.worker import run_tasks
from tests.factories import make_article, make_staff, reply_data

pytestmark = pytest.mark.django_db


class Service:
    """A server that answers as Akismet does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer = "true"
        self.pause = 0.0  # seconds between two letters
        self.asked: list[dict[str, list[str]]] = []


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            service.asked.append(parse_qs(body))
            self.send_response(200)
            self.end_headers()
            for letter in service.answer.encode():
                self.wfile.write(bytes([letter]))
                time.sleep(service.pause)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.AKISMET_KEY = "a-key"
    settings.AKISMET_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.LINK_CHECK_ALLOWED_HOSTS = [f"127.0.0.1:{server.server_port}"]
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    yield service
    server.shutdown()
    server.server_close()


def send(client: Client) -> Comment:
    article = make_article()
    page = client.get(article.get_absolute_url()).content.decode()
    assert client.post(f"/replies/article/{article.pk}/", reply_data(page)).status_code == 303
    return Comment.objects.get()


def test_what_it_takes_for_spam_is_filed_with_the_reason(service: Service, client: Client) -> None:
    reply = send(client)
    assert (reply.status, service.asked) == ("pending", [])
    run_tasks()
    reply.refresh_from_db()
    assert reply.status == "spam"
    assert reply.findings.get().rule == reply.decisions.get().rule == "akismet"
    assert service.asked[0]["comment_content"] == [reply.body]
    assert "hidden.invalid" not in str(service.asked)
    assert service.asked[0]["user_ip"] == ["0.0.0.0"]  # noqa: S104 - none is told


def test_what_it_likes_or_a_moderator_was_quicker_on_stays(service: Service, client: Client) -> None:
    service.answer = "false"
    reply = send(client)
    run_tasks()
    reply.refresh_from_db()
    assert (reply.status, reply.findings.count()) == ("pending", 0)
    service.answer = "true"
    reply.approve(by=make_staff("Moderator"))
    run_tasks()
    reply.refresh_from_db()
    assert reply.status == "approved"


def test_a_service_that_is_down_changes_nothing(service: Service, client: Client, settings: Any) -> None:
    settings.AKISMET_URL, settings.LINK_CHECK_ALLOWED_HOSTS = "http://127.0.0.1:9/", ["127.0.0.1:9"]
    reply = send(client)
    run_tasks()
    reply.refresh_from_db()
    assert reply.status == "pending"


def test_a_service_that_never_ends_its_answer_is_cut_off(
    service: Service, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comments.rules.akismet.SECONDS", 0.5)
    service.pause = 0.2
    service.answer = "true" + " " * 100
    reply = send(client)
    began = time.monotonic()
    run_tasks()
    assert time.monotonic() - began < 15
    reply.refresh_from_db()
    assert reply.status == "pending"


def test_without_a_key_nobody_is_asked(service: Service, client: Client, settings: Any) -> None:
    settings.AKISMET_KEY = ""
    send(client)
    run_tasks()
    assert service.asked == []
