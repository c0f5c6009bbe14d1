"""What every answer says to browsers and caches."""

import pytest
from django.test import Client

from tests.factories import make_article, make_staff

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/analysis/", "/nowhere/", "/feed/", "/admin/login/", "/moderation/", "/healthz", "/robots.txt"],
)
def test_every_answer_is_guarded(client: Client, path: str) -> None:
    make_article()
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert {name: headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_public_page_may_be_kept_and_is_asked_for_again(client: Client) -> None:
    path = make_article().get_absolute_url()
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not first.headers["ETag"].startswith("W/")
    assert client.get(path, headers={"if-none-match": first.headers["ETag"]}).status_code == 304


def test_what_is_private_is_kept_nowhere(client: Client) -> None:
    client.force_login(make_staff("Moderator"))
    for path in ("/moderation/", "/admin/", "/nowhere/", "/healthz"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path


def test_signing_in_changes_nothing_of_a_public_page(client: Client) -> None:
    path = make_article().get_absolute_url()
    stranger = client.get(path)
    client.force_login(make_staff("Editor"))
    assert client.get(path).content == stranger.content
