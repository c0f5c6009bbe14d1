"""The site of `deploy/nginx.conf`, in a real nginx with TLS."""

import re
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection

import pytest

from tests.deploy.conftest import is_hit, keep, make_article
from tests.deploy.running import Front, ask, until

pytestmark = pytest.mark.fronts

HOP = {"date", "server", "connection", "cache-status", "x-accel-expires", "last-modified", "content-length"}


@pytest.fixture
def article(nginx: Front) -> str:
    return make_article(nginx)


def said(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in HOP}


def requests_for(nginx: Front, path: str) -> list[str]:
    return [line for line in nginx.log() if line.endswith(path)]


@pytest.mark.parametrize("form", ["br", "gzip", "zstd", "identity"])
def test_a_page_is_what_the_app_sends(nginx: Front, article: str, form: str) -> None:
    nginx.get(article, accept_encoding=form)
    kept, ours = nginx.get(article, accept_encoding=form), nginx.get_from_app(article, accept_encoding=form)
    assert kept.body == ours.body
    assert said(kept.headers) == said(ours.headers)
    assert kept.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert not {"x-accel-expires", "surrogate-key", "surrogate-control"} & kept.headers.keys()


@pytest.mark.parametrize("form", ["br", "gzip", "zstd", "identity"])
def test_a_browser_that_has_a_page_gets_304_from_nginx(nginx: Front, article: str, form: str) -> None:
    etag = nginx.get(article, accept_encoding=form).headers["etag"]
    again = nginx.get(article, accept_encoding=form, if_none_match=f'"another", {etag}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert again.headers["cache-control"] == "public, max-age=0, must-revalidate"
    other = "gzip" if form == "br" else "br"
    assert nginx.get(article, accept_encoding=other, if_none_match=etag).status == 200


def test_head_fills_the_cache_and_has_no_body(nginx: Front, article: str) -> None:
    head = nginx.get(article, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    keep(nginx, article, "HEAD")
    assert is_hit(nginx, article)
    assert nginx.get(article).headers["etag"] == head.headers["etag"]


@pytest.mark.parametrize(
    ("accepted", "form"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("zstd;q=1.0", "zstd"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.000", ""),
        ("brotli, gzipped, \x7f" + "x" * 500, ""),
        ("*", ""),
    ],
)
def test_each_browser_gets_a_form_that_it_knows(nginx: Front, article: str, accepted: str, form: str) -> None:
    assert nginx.get(article, accept_encoding=accepted).headers.get("content-encoding", "") == form


def test_many_who_ask_at_once_cost_one_rendering_in_each_process(nginx: Front, article: str) -> None:
    with ThreadPoolExecutor(24) as crowd:
        pages = list(crowd.map(lambda _: nginx.get(article).body, range(24)))
    assert len(set(pages)) == 1
    until(lambda: len(requests_for(nginx, article)) == 24)
    rendered = [line for line in requests_for(nginx, article) if line.startswith('MISS "kiwiguard; fwd=miss"')]
    assert 1 <= len(rendered) <= 2


def test_neither_the_query_nor_any_header_makes_another_page(nginx: Front, article: str) -> None:
    keep(nginx, article)
    page = nginx.get(article)
    hostile = {
        "x_forwarded_host": "evil.example.net",
        "x_forwarded_proto": "http",
        "x_forwarded_port": "81",
        "x_forwarded_for": "127.0.0.1",
        "forwarded": "host=evil.example.net",
        "x_original_url": "/admin/",
        "x_rewrite_url": "/admin/",
        "x_http_method_override": "DELETE",
        "cookie": "somebody=else",
        "accept_language": "xx",
        "range": "bytes=0-1",
        "surrogate_capability": 'x="Surrogate/1.0"',
        "x_accel_expires": "0",
        "pragma": "no-cache",
        "cache_control": "no-cache",
    }
    for name, value in hostile.items():
        asked = nginx.get(f"{article}?{name}=1", **{name: value})
        assert (asked.body, said(asked.headers)) == (page.body, said(page.headers)), name
    until(lambda: len(requests_for(nginx, "=1")) >= len(hostile))
    assert all(line.startswith("HIT") for line in requests_for(nginx, "=1"))


def test_a_hostile_first_request_poisons_nothing(nginx: Front, article: str) -> None:
    first = nginx.get(article, x_forwarded_host="evil.example.net", x_forwarded_proto="gopher", cookie="sessionid2=1")
    assert "evil" not in first.text
    assert nginx.get(article).text == nginx.get_from_app(article).text


@pytest.mark.parametrize("host", ["evil.example.net", "localhost.evil.example.net", ""])
def test_another_host_gets_no_answer(nginx: Front, article: str, host: str) -> None:
    context = ssl.create_default_context(cafile=nginx.certificate)
    port = int(nginx.url.rsplit(":", 1)[1])
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(f"GET {article} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert b"200 OK" not in connection.recv(1000)


def test_nothing_private_is_kept(nginx: Front, article: str) -> None:
    desk = nginx.staff()
    private = ["/moderation/", "/admin/", f"/replies/article/{1}/", "/search/?q=port", "/nowhere/at-all/", "/healthz"]
    for path in [*private, article] * 2:
        desk.get(f"{nginx.url}{path}", timeout=20)
        nginx.get(path)
    kept = "".join(pages_of(nginx))
    assert article in kept
    assert "Log out" not in kept
    assert "csrfmiddlewaretoken" not in kept
    assert "Set-Cookie" not in kept
    assert "no-store" not in kept
    assert nginx.get("/moderation/").status == 302
    assert desk.get(f"{nginx.url}/moderation/", timeout=20, allow_redirects=False).status_code == 200


def pages_of(nginx: Front) -> Iterator[str]:
    for path in (nginx.folder / "kiwiguard-pages").rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):  # what nginx is still writing gets another name
            yield path.read_bytes().decode("latin-1")


def test_a_static_file_is_sent_compressed_and_kept_for_ever(nginx: Front) -> None:
    page = nginx.get("/").text
    path = page.split('<link rel="stylesheet" href="')[1].split('"', maxsplit=1)[0]
    plain = nginx.get(path)
    (nginx.folder / "data" / f"{path.strip('/')}.br").write_bytes(b"made by the build")
    packed, squeezed = nginx.get(path, accept_encoding="gzip"), nginx.get(path, accept_encoding="gzip, br")
    assert packed.text == plain.text
    assert packed.headers["content-encoding"] == "gzip"
    assert (squeezed.headers["content-encoding"], squeezed.body) == ("br", b"made by the build")
    ours = nginx.get_from_app(path)
    assert plain.body == ours.body
    assert "immutable" in plain.headers["cache-control"]
    assert plain.headers["content-type"].startswith("text/css")
    for name in ("cache-control", "x-content-type-options", "cross-origin-resource-policy", "vary"):
        assert {plain.headers[name], packed.headers[name], ours.headers[name]} == {plain.headers[name]}, name
    assert "max-age" in plain.headers["strict-transport-security"]


def test_a_static_file_without_a_digest_is_asked_for_again_soon(nginx: Front) -> None:
    assert nginx.get("/static/kiwiguard/css/site.css").headers["cache-control"] == "max-age=60, public"


def test_a_picture_is_sent_from_the_disk_as_the_app_would(nginx: Front) -> None:
    file = nginx.folder / "data" / "media" / "picture.0123456789ab.svg"
    file.parent.mkdir(exist_ok=True)
    file.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    kept, ours = nginx.get("/media/picture.0123456789ab.svg"), nginx.get_from_app("/media/picture.0123456789ab.svg")
    assert kept.body == ours.body
    guards = {
        "cache-control", "content-security-policy", "content-type", "x-content-type-options",
        "cross-origin-resource-policy",
    }  # fmt: skip
    assert {name: kept.headers[name] for name in guards} == {name: ours.headers[name] for name in guards}


@pytest.mark.parametrize(
    "path", ["/static/../secrets.env", "/media/..%2fsecrets.env", "/media/%2e%2e/kiwiguard.sqlite3"]
)
def test_nothing_else_of_the_data_is_reached(nginx: Front, path: str) -> None:
    assert nginx.get(path).status in {400, 404}


def test_only_the_app_can_say_that_something_has_changed(nginx: Front, article: str) -> None:
    keep(nginx, article)
    assert nginx.get(article, method="PURGE", surrogate_key="site").status in {403, 405}
    assert is_hit(nginx, article)
    elsewhere = HTTPConnection("127.0.0.1", nginx.purge_port, source_address=("127.0.0.2", 0), timeout=20)
    assert ask(elsewhere, "PURGE", "/", {}).status == 403
    assert is_hit(nginx, article)
    assert ask(HTTPConnection("127.0.0.1", nginx.purge_port), "GET", "/", {}).status == 405
    assert is_hit(nginx, article)
    assert ask(HTTPConnection("127.0.0.1", nginx.purge_port), "PURGE", "/", {}).status == 204
    assert not is_hit(nginx, article)


def test_plain_http_leads_to_tls(nginx: Front) -> None:
    configuration = (nginx.folder / "nginx.conf").read_text()
    [port] = re.findall(r"listen 127\.0\.0\.1:(\d+);\n    server_name", configuration)
    answer = ask(HTTPConnection("127.0.0.1", int(port)), "GET", "/analysis/?page=2", {"host": "localhost"})
    assert (answer.status, answer.headers["location"]) == (301, "https://localhost/analysis/?page=2")
