"""Refusals and failures, in the look of the site and without a word too much."""

from typing import Any

import pytest
from django.test import Client

from articles import views
from tests.factories import make_article, make_staff

pytestmark = pytest.mark.django_db


def test_an_unknown_host_is_refused(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
    assert "Kiwi Guard" in response.content.decode()


def test_a_failure_says_nothing_of_its_cause(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret reader@hidden.invalid")

    monkeypatch.setattr(views, "list_page", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "secret" not in response.content.decode()
    assert "Kiwi Guard" in response.content.decode()


def test_a_wrong_method_gets_a_page_of_its_own(client: Client) -> None:
    response = client.post(make_article().get_absolute_url())
    assert response.status_code == 405
    assert response.headers["Allow"]
    assert int(response.headers.get("Content-Length", len(response.content))) == len(response.content) > 0
    assert "Kiwi Guard" in response.content.decode()


def test_a_form_without_proof_of_origin_gets_a_page_of_its_own() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff("Moderator"))
    response = client.post("/moderation/decide/")
    assert response.status_code == 403
    assert "Go back, reload" in response.content.decode()


def test_guessing_passwords_ends_after_five_attempts(client: Client) -> None:
    make_staff("Editor", "editor", password="right-and-long-enough")
    wrong = {"username": "editor", "password": "wrong"}
    statuses = [client.post("/admin/login/", wrong).status_code for _ in range(6)]
    assert statuses[:4] == [200] * 4
    assert statuses[5] == 429
    right = client.post("/admin/login/", {"username": "editor", "password": "right-and-long-enough"})
    assert right.status_code == 429
    assert "Too many attempts" in right.content.decode()


def test_another_client_can_still_sign_in(client: Client) -> None:
    make_staff("Editor", "editor", password="right-and-long-enough")
    for _ in range(6):
        client.post("/admin/login/", {"username": "editor", "password": "wrong"}, REMOTE_ADDR="203.0.113.1")
    data = {"username": "editor", "password": "right-and-long-enough"}
    assert client.post("/admin/login/", data, REMOTE_ADDR="203.0.113.2").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(client: Client, target: str) -> None:
    make_staff("Editor", "editor", password="right-and-long-enough")
    data = {"username": "editor", "password": "right-and-long-enough", "next": target}
    assert client.post("/admin/login/", data).headers["Location"] == "/admin/"
