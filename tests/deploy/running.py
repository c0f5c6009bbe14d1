"""The real parts: the site in its server, a cache in front of it as `deploy/` configures it, readers and the desk."""

import gzip
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

import brotli
import requests
import zstandard
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
NGINX_MODULES = """
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;
"""
UNPACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "br": lambda body: bytes(brotli.decompress(body)),
    "zstd": zstandard.decompress,
}


@dataclass
class Answer:
    """What a reader got; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return UNPACKERS[self.headers.get("content-encoding", "")](self.body).decode()


@dataclass
class Front:
    """A site behind a cache."""

    name: str
    folder: Path
    url: str
    app_port: int
    purge_port: int
    certificate: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Ask as a reader does; `accept_encoding=` is the header of that name."""
        port = int(self.url.rsplit(":", 1)[1])
        if self.certificate:
            context = ssl.create_default_context(cafile=self.certificate)
            connection: HTTPConnection = HTTPSConnection("localhost", port, timeout=20, context=context)
        else:
            connection = HTTPConnection("localhost", port, timeout=20)
        return ask(connection, method, path, headers)

    def get_from_app(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Ask the app as the cache does."""
        proto = self.url.split(":", maxsplit=1)[0]
        connection = HTTPConnection("127.0.0.1", self.app_port, timeout=20)
        return ask(connection, method, path, {"host": "localhost", "x_forwarded_proto": proto, **headers})

    def do(self, code: str) -> str:
        """Run a few lines of Python in a process of its own, as a command of the operator's; return what it prints."""
        done = subprocess.run(
            self._shell(code), env=self.variables, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def prepare(self) -> None:
        """Make the database, with an operator: so the first run needs no sample content."""
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=self.variables, cwd=ROOT, check=True)
        self.do("from django.contrib.auth.models import User; User.objects.create_superuser('operator')")

    @contextmanager
    def doing(self, code: str) -> Iterator[subprocess.Popen[str]]:
        """Run a few lines of Python meanwhile."""
        with subprocess.Popen(
            self._shell(code), env=self.variables, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as run:
            yield run
            assert run.wait() == 0

    def staff(self, role: str = "Moderator") -> requests.Session:
        """Sign in."""
        password = "a password of the tests"
        name = f"{role.lower()}-{time.monotonic_ns()}"
        self.do(f"from tests.factories import *; make_staff({role!r}, {name!r}, password={password!r})")
        session = requests.Session()
        session.trust_env = False
        session.verify = self.certificate or False
        session.headers["Referer"] = f"{self.url}/"
        login = session.get(f"{self.url}/admin/login/", timeout=20).text
        data = {"username": name, "password": password, "csrfmiddlewaretoken": form_token(login)}
        session.post(f"{self.url}/admin/login/?next=/admin/", data=data, timeout=20).raise_for_status()
        return session

    def log(self) -> list[str]:
        """Return what nginx noted of each request: how it came by the page, how the store did, and which."""
        return (self.folder / "access.log").read_text().splitlines()

    @staticmethod
    def _shell(code: str) -> list[str]:
        return [sys.executable, "manage.py", "shell", "-v0", "-c", code]


def form_token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found[1]


def ask(connection: HTTPConnection, method: str, path: str, headers: dict[str, str]) -> Answer:
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        body = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(is_so: Callable[[], bool], *, seconds: float = 180) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "It took too long."
        time.sleep(0.05)


def answers(port: int, path: str = "/healthz") -> bool:
    try:
        return ask(HTTPConnection("127.0.0.1", port, timeout=5), "GET", path, {"host": "localhost"}).status < 500
    except (OSError, HTTPException):
        return False


@contextmanager
def running(
    command: list[str], log: Path, variables: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends."""
    with (
        log.open("wb") as said,
        subprocess.Popen(command, cwd=ROOT, env=variables, stdout=said, stderr=said) as server,
    ):
        try:
            yield server
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


@contextmanager
def s3_store(folder: Path, *buckets: str) -> Iterator[str]:
    """Run a store that speaks S3, with these buckets in it; give its address, keys included."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, folder / "s3.log"):
        until(lambda: answers(port, "/moto-api/"))
        for bucket in buckets:
            path, signed = f"/{bucket}", {"authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/a"}
            assert ask(HTTPConnection("127.0.0.1", port), "PUT", path, signed).status == 200
        yield f"http://key:secret@127.0.0.1:{port}"


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a Redis that keeps nothing; give its address and its process."""
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with running(command, folder / "redis.log") as server:
        until(lambda: b"Ready to accept" in (folder / "redis.log").read_bytes())
        yield f"redis://127.0.0.1:{port}/0", server


@contextmanager
def served(front: Front, **variables: str) -> Iterator[None]:
    """Serve an empty site with two worker processes; the worker of tasks runs where a test wants it."""
    front.variables = {
        **os.environ,
        "SITE_URL": front.url,
        "DATA_DIR": str(front.folder / "data"),
        "TRUSTED_PROXIES": "127.0.0.1",
        "WORKER_INSIDE": "0",
        "WEB_CONCURRENCY": "2",
        **variables,
    }
    for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "CACHE_URL"):
        front.variables.pop(name, None)
    front.prepare()
    command = [sys.executable, "manage.py", "serve", "--port", str(front.app_port)]
    with running(command, front.folder / "app.log", front.variables):
        until(lambda: answers(front.app_port))
        yield


def nginx_site(front: Front) -> str:
    """Return the site of `deploy/nginx.conf` with other ports and paths, and a certificate of its own."""
    certificates = front.folder / "certificates"
    make_certificate(certificates)
    front.certificate = str(certificates / "fullchain.pem")
    site = (DEPLOY / "nginx.conf").read_text()
    for ours, here in {
        "/etc/letsencrypt/live/www.example.org": str(certificates),
        "/var/lib/nginx": str(front.folder),
        "/var/lib/kiwiguard": str(front.folder / "data"),
        "www.example.org": "localhost",
        "listen 443": f"listen 127.0.0.1:{front.url.rsplit(':', 1)[1]}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "127.0.0.1:8000": f"127.0.0.1:{front.app_port}",
        "127.0.0.1:8001": f"127.0.0.1:{front.purge_port}",
    }.items():
        assert ours in site
        site = site.replace(ours, here)
    return site


def make_certificate(folder: Path) -> None:
    """Make a key and a certificate for `localhost`, under the names that certbot gives them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(tz=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    folder.mkdir(parents=True)
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "privkey.pem").write_bytes(pem)
