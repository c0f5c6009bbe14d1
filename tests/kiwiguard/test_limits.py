"""How much a request may bring."""

from typing import Any

import pytest
from django.test import Client

from comments.models import Comment
from kiwiguard.limits import MAX_READER_BYTES, REFUSED
from tests.factories import make_article, make_staff

pytestmark = pytest.mark.django_db


def test_a_body_larger_than_any_form_is_refused_unread(client: Client) -> None:
    article = make_article()
    response = client.post(f"/replies/article/{article.pk}/", {"body": "x" * MAX_READER_BYTES})
    assert response.status_code == 413
    assert "Kiwi Guard" in response.content.decode()
    assert not Comment.objects.exists()


def test_the_announced_length_counts(client: Client) -> None:
    assert client.post("/", b"", content_type="text/plain", CONTENT_LENGTH="99999999999").status_code == 413
    assert client.post("/", b"", content_type="text/plain", CONTENT_LENGTH="nonsense").status_code == 405


def test_a_form_of_thousands_of_fields_is_refused(client: Client) -> None:
    client.force_login(make_staff("Moderator"))
    assert client.post("/moderation/decide/", {f"f{n}": "" for n in range(3001)}).status_code == 400


def test_a_reply_that_is_merely_too_long_gets_its_form_back(client: Client) -> None:
    article = make_article()
    response = client.post(f"/replies/article/{article.pk}/", {"body": "ā" * 20_000})
    assert response.status_code == 422
    assert "ā" * 20_000 in response.content.decode()


@pytest.mark.parametrize(
    ("status", "said"), [(400, "broke off"), (429, "send it again in a while"), (503, "Look whether it did")]
)
def test_who_cannot_be_taken_in_is_told_why_and_when_to_come_again(client: Client, status: int, said: str) -> None:
    told: Any = {REFUSED: status}
    response = client.post("/", b"", content_type="text/plain", **told)
    assert (response.status_code, response.headers["Retry-After"]) == (status, "5")
    assert said in response.content.decode()
    assert "Content-Security-Policy" in response.headers
