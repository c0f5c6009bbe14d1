"""The configuration of `deploy/varnish.vcl`, in a real Varnish."""

from http.client import HTTPConnection

import pytest

from tests.deploy.conftest import is_hit, make_article, waiting_reply
from tests.deploy.running import Front, ask

pytestmark = pytest.mark.fronts


@pytest.fixture
def article(varnish: Front) -> str:
    return make_article(varnish)


def test_browsers_see_nothing_of_what_is_meant_for_the_cache(varnish: Front, article: str) -> None:
    assert {"surrogate-key", "surrogate-control"} <= varnish.get_from_app(article).headers.keys()
    for _ in range(2):
        headers = varnish.get(article).headers
        assert not {"surrogate-key", "surrogate-control", "xkey", "via", "x-varnish"} & headers.keys()
        assert headers["cache-control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("form", ["br", "gzip", "zstd", "identity"])
def test_each_form_is_kept_as_the_app_made_it(varnish: Front, article: str, form: str) -> None:
    varnish.get(article, accept_encoding=form)
    kept, ours = varnish.get(article, accept_encoding=form), varnish.get_from_app(article, accept_encoding=form)
    assert (kept.body, kept.headers["etag"]) == (ours.body, ours.headers["etag"])
    assert kept.headers["cache-status"] == "varnish; hit"
    again = varnish.get(article, accept_encoding=form, if_none_match=kept.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_change_purges_the_pages_that_show_it_and_no_others(varnish: Front, article: str) -> None:
    other = make_article(varnish)
    approve = waiting_reply(varnish, article, "Waiting until now.")
    for path in (article, other):
        varnish.get(path)
        assert is_hit(varnish, path)
    approve()  # at once: a page that is young is kept for some seconds only
    assert not is_hit(varnish, article)
    assert is_hit(varnish, other)


def test_keys_are_purged_whole(varnish: Front, article: str) -> None:
    varnish.get(article)
    keys = varnish.get_from_app(article).headers["surrogate-key"].split()
    key = next(key for key in keys if key.startswith("article-"))
    assert purge(varnish, key[:-1], f"{key}0", "sit", "site-2", ".*", "") == 200
    assert is_hit(varnish, article)
    assert purge(varnish, "unknown", key) == 200
    assert not is_hit(varnish, article)


def purge(varnish: Front, *keys: str, source: str = "127.0.0.1", **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", varnish.purge_port, source_address=(source, 0), timeout=20)
    return ask(connection, "PURGE", "/", {"surrogate_key": " ".join(keys), **headers}).status


def test_strangers_purge_nothing(varnish: Front, article: str) -> None:
    varnish.get(article)
    assert purge(varnish, "site", source="127.0.0.2") == 403
    assert purge(varnish, "site", x_forwarded_for="198.51.100.7") == 403
    assert is_hit(varnish, article)


def test_neither_the_query_nor_a_cookie_makes_another_page(varnish: Front, article: str) -> None:
    page = varnish.get(article)
    for headers in ({"cookie": "somebody=else"}, {"x_forwarded_host": "evil.example.net"}, {"pragma": "no-cache"}):
        asked = varnish.get(f"{article}?utm_source=elsewhere", **headers)
        assert (asked.body, asked.headers["cache-status"]) == (page.body, "varnish; hit")
    assert varnish.get(article, host="evil.example.net").status == 400
    assert varnish.get(article).body == page.body


def test_nothing_private_is_kept(varnish: Front, article: str) -> None:
    desk = varnish.staff()
    for path in ("/moderation/", "/admin/", "/search/?q=port", "/nowhere/at-all/", "/healthz", article):
        for _ in range(2):
            answer = desk.get(f"{varnish.url}{path}", timeout=20)
            assert answer.headers["cache-status"] == "varnish; fwd=miss", path
    assert varnish.get("/moderation/").status == 302
