"""Asking strangers for pages: nobody is served by us but the newsroom, and nothing they send costs much."""

import gzip
import ipaddress
import itertools
import re
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from articles.links import connection
from articles.links.connection import Deadline
from articles.links.errors import AddressRefused, BadAnswer, HostUnreachable, LinkError, TimedOut
from articles.links.fetching import MAX_REDIRECTS, fetch
from articles.links.hosts import is_public
from articles.links.unpacking import MAX_BYTES, as_text
from tests.articles.links.web import Web, answer, page, redirect

INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "168.63.129.16", "192.0.0.192", "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "203.0.113.9",
    "::1", "0.1.2.3", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "2001:0:7f00:1::", "::127.0.0.1",
]  # fmt: skip
NAMED_OTHERWISE = ["0x7f.1", "2130706433", "0177.0.0.1", "127.1", "localhost", "[::ffff:7f00:1]", "①②⑦.0.0.1"]


def drip(piece: bytes, first: bytes = b"") -> Callable[[socket.socket], None]:
    """Send pieces without end, so slowly that each alone comes in time."""

    def reply(client: socket.socket) -> None:
        with suppress(OSError):
            client.sendall(first)
            client.settimeout(0.02)
            while True:
                client.sendall(piece)
                with suppress(TimeoutError):
                    client.recv(1)

    return reply


def flood(piece: bytes, first: bytes = b"") -> Callable[[socket.socket], None]:
    """Send pieces without end, as fast as it goes."""

    def reply(client: socket.socket) -> None:
        with suppress(OSError):
            client.sendall(first)
            while True:
                client.sendall(piece)

    return reply


def pretend(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let the resolver give one address after the other, the last for good; return what it was asked."""
    asked: list[str] = []
    following = itertools.chain(answers, itertools.repeat(answers[-1]))

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(following), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_public_web_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", [*(f"[{host}]" if ":" in host else host for host in INSIDE), *NAMED_OTHERWISE])
def test_nothing_inside_is_asked_however_it_is_written(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    with pytest.raises((AddressRefused, HostUnreachable)):
        fetch(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "http://example.org:22/", "//example.org/",
        "https://example.org:8443/", "http://user:secret@example.org/", "http://", "http://[::1", "javascript:alert(1)",
        "http://example.org:99999/", "http://example.org\\@127.0.0.1/", "", "http://@/",
    ],
)  # fmt: skip
def test_only_plain_addresses_of_the_web_are_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    with pytest.raises(AddressRefused):
        fetch(url)


def test_a_host_that_the_setting_does_not_name_is_refused(web: Web, settings: Any) -> None:
    settings.LINK_CHECK_ALLOWED_HOSTS = []
    with pytest.raises(AddressRefused):
        fetch(web.url())
    assert web.asked == []


@pytest.mark.parametrize("named", ["127.0.0.1", "127.0.0.1:{port}"])
def test_a_host_that_the_setting_names_is_asked(web: Web, settings: Any, named: str) -> None:
    settings.LINK_CHECK_ALLOWED_HOSTS = [named.format(port=web.port)]
    assert fetch(web.url()).status == 404


def test_a_host_that_is_named_with_another_port_is_refused(web: Web, settings: Any) -> None:
    settings.LINK_CHECK_ALLOWED_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(AddressRefused):
        fetch(web.url())


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/",
        "//10.0.0.1/", "file:///etc/passwd", "http://[::ffff:10.0.0.1]/", "http://127.0.0.1:1/", "http://a:b@127.0.0.1/",
        "http://[", "gopher://127.0.0.1:{port}/",
    ],
)  # fmt: skip
def test_no_redirect_leads_inside(web: Web, to: str) -> None:
    web.pages["/"] = redirect(to.format(port=web.port))
    with pytest.raises((AddressRefused, BadAnswer)):
        fetch(web.url())
    assert web.asked == ["GET /"]


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pretend(monkeypatch, "1.1.1.1", "127.0.0.1")
    connected: list[Any] = []

    def connect(raw: socket.socket, address: Any) -> None:
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(HostUnreachable):
        fetch("http://rebinding.example.org/")
    assert (asked, connected) == (["rebinding.example.org"], [("1.1.1.1", 80)])


def test_a_redirect_to_the_same_host_is_looked_up_and_checked_anew(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pretend(monkeypatch, "1.1.1.1", "127.0.0.1")
    real = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda raw, _: real(raw, ("127.0.0.1", web.port)))
    web.pages["/"] = redirect("/inside")
    with pytest.raises(AddressRefused):
        fetch("http://rebinding.example.org/")
    assert (len(asked), web.asked) == (2, ["GET /"])


def test_a_host_with_one_address_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, 1, 6, "", (address, 80)) for address in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    with pytest.raises(AddressRefused):
        fetch("http://mixed.example.org/")


def test_proxies_of_the_environment_are_not_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    web.pages["/"] = page()
    assert fetch(web.url()).status == 200


def test_it_says_who_asks(web: Web, settings: Any) -> None:
    fetch(web.url())
    assert f"User-Agent: KiwiGuardLinkCheck/1.0 (+{settings.SITE_URL})" in web.heads[0]
    assert f"Host: {web.host}" in web.heads[0]


def test_redirects_are_followed_and_remembered(web: Web) -> None:
    web.pages |= {"/": redirect("/b", 301), "/b": redirect("c?d=ē", 302), "/c?d=%C4%93": page()}
    found = fetch(web.url())
    assert (found.status, found.url) == (200, web.url("/c?d=%C4%93"))
    assert [hop.status for hop in found.hops] == [301, 302]
    assert found.permanent_url == web.url("/b")


def test_redirects_end_somewhere(web: Web) -> None:
    web.pages |= {"/a": redirect("/b"), "/b": redirect("/a")}
    with pytest.raises(BadAnswer):
        fetch(web.url("/a"))
    assert len(web.asked) == MAX_REDIRECTS + 1


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        drip(b"a", HEAD + b"\r\n"),
        drip(b"a"),
        drip(b"X: y\r\n", HEAD),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(b"1\r\na\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
        drip(b"", HEAD + b"Content-Length: 100\r\n\r\n"),
    ],
    ids=["body", "status line", "headers", "continue", "chunks", "silence"],
)
def test_whoever_sends_without_end_is_cut_off(web: Web, reply: Any) -> None:
    web.pages["/"] = reply
    started = time.monotonic()
    with pytest.raises(LinkError):
        fetch(web.url(), deadline=Deadline(0.4))
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "reply",
    [
        flood(b"a" * 65536),
        flood(b"X-Header: " + b"y" * 1000 + b"\r\n", HEAD),
        flood(b"HTTP/1.1 100 Continue\r\n\r\n"),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 99999 No\r\n\r\n",
        b"",
        b"\x00\xff" * 100,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzzzz\r\n",
        HEAD + b"Content-Encoding: gzip\r\n\r\nnot packed at all",
    ],
)
def test_what_is_no_answer_is_an_error_of_ours(web: Web, reply: Any) -> None:
    web.pages["/"] = reply
    with pytest.raises(LinkError):
        fetch(web.url(), deadline=Deadline(5))


def test_an_endless_body_is_read_up_to_the_limit(web: Web) -> None:
    web.pages["/"] = flood(b"word " * 10_000, HEAD + b"\r\n")
    assert len(fetch(web.url()).body) == MAX_BYTES


def test_what_is_no_text_is_not_read(web: Web) -> None:
    web.pages["/"] = flood(b"%PDF" * 10_000, b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n")
    assert fetch(web.url()).body == b""


def bare_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", bare_deflate)],
)
def test_packed_pages_are_unpacked(web: Web, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    web.pages["/"] = answer(200, pack(b"<p>Kia ora</p>"), content_encoding=encoding)
    assert fetch(web.url()).body == b"<p>Kia ora</p>"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_bomb_does_not_go_off(web: Web, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = answer(200, pack(bytes(300_000_000)), content_encoding=encoding)
    web.pages["/"] = bomb
    tracemalloc.start()
    found = fetch(web.url())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.body) == MAX_BYTES
    assert most < 20_000_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "x" * 1000])
def test_what_was_packed_as_we_did_not_ask_for_is_left_packed(web: Web, encoding: str) -> None:
    web.pages["/"] = answer(200, gzip.compress(gzip.compress(bytes(10_000))), content_encoding=encoding)
    assert fetch(web.url()).body == b""


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Māori".encode(), "text/html; charset=iso-8859-1", "Māori"),
        ("café".encode("latin-1"), "text/html; charset=utf-8", "café"),
        ("“café”".encode("cp1252"), "text/html; charset=iso-8859-1", "“café”"),
        ("日本語の記事".encode("shift_jis"), "text/html; charset=Shift_JIS", "日本語の記事"),
        (b'<meta charset="koi8-r">' + "статья".encode("koi8-r"), "text/html", '<meta charset="koi8-r">статья'),
        ("статья".encode("utf-16"), "text/html", "статья"),
        ("café".encode("latin-1"), "text/html; charset=punycode", "café"),
        ("café".encode("latin-1"), "text/html; charset=no-such-thing", "café"),
        (("a" + "ā" * MAX_BYTES).encode()[:MAX_BYTES], "text/html", "a" + "ā" * (MAX_BYTES // 2 - 1)),
    ],
)
def test_text_is_read_whatever_its_charset_is_said_to_be(body: bytes, content_type: str, text: str) -> None:
    assert as_text(body, content_type) == text


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Serve one page by TLS with a certificate for 127.0.0.1 that nobody else vouches for."""
    certificate = make_certificate(tmp_path / "certificate.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError), context.wrap_socket(listener.accept()[0], server_side=True) as client:
            client.recv(4096)
            client.sendall(page())

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1], certificate
    listener.close()


def make_certificate(path: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + built.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: tuple[int, Path], settings: Any) -> None:
    settings.LINK_CHECK_ALLOWED_HOSTS = ["127.0.0.1"]
    with pytest.raises(HostUnreachable, match="certificate"):
        fetch(f"https://127.0.0.1:{secure[0]}/")


def test_a_certificate_that_is_vouched_for_is_taken(
    secure: tuple[int, Path], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LINK_CHECK_ALLOWED_HOSTS = ["127.0.0.1"]
    trusting = ssl.create_default_context(cafile=str(secure[1]))
    monkeypatch.setattr(connection, "_trust", lambda: trusting)
    assert fetch(f"https://127.0.0.1:{secure[0]}/").status == 200


def test_a_look_up_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [][: released.wait(30)])
    with pytest.raises(TimedOut):
        fetch("http://slow.example.org/", deadline=Deadline(0.2))
    released.set()


def test_every_error_has_a_sentence(web: Web) -> None:
    web.pages["/"] = b"nothing of the kind"
    with pytest.raises(LinkError) as caught:
        fetch(web.url())
    assert re.fullmatch(r"[A-Z].+\.", str(caught.value))
    assert connection.MAX_WIRE_BYTES > MAX_BYTES
