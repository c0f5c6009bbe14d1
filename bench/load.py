"""Load from 16 connections, as `wrk` makes it; and what it found."""

import json
import multiprocessing
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from bench.papers import BenchError
from bench.servers import Server, require

THREADS, CONNECTIONS = 2, 16
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What some seconds of load found: times in milliseconds."""

    per_second: float
    p50: float = 0.0
    p99: float = 0.0
    cpu_per_request: float = 0.0  # of the server


def load(
    server: Server, path: str, *, seconds: float, headers: dict[str, str] | None = None, is_head: bool = False
) -> Load:
    """Ask a server for a path from all connections, for some seconds; raises BenchError for any failed answer."""
    run = _heads if is_head else _wrk
    cpu = server.cpu_seconds()
    found = run(server.url + path, seconds, headers or {})
    cpu = server.cpu_seconds() - cpu
    if found["refused"] or found["broken"] or not found["requests"]:
        raise BenchError(f"{server.name} failed under load at {path}: {found}")
    return Load(
        per_second=1e6 * found["requests"] / found["microseconds"],
        p50=found.get("p50", 0) / 1000,
        p99=found.get("p99", 0) / 1000,
        cpu_per_request=1000 * cpu / found["requests"],
    )


def fetch(server: Server, path: str, headers: dict[str, str] | None = None) -> tuple[dict[str, str], bytes]:
    """Return the headers, their names in small letters, and the body of an answer as it was sent."""
    parts = urlsplit(server.url)
    port = parts.port or 80
    if parts.scheme == "https":
        connection: HTTPConnection = HTTPSConnection("localhost", port, timeout=30, context=_trusting())
    else:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        body = response.read()
        if response.status != HTTPStatus.OK:
            raise BenchError(f"{server.name} answers {response.status} at {path}.")
        return {name.lower(): value for name, value in response.getheaders()}, body
    finally:
        connection.close()


def _trusting() -> ssl.SSLContext:
    """Return what takes any certificate: it is our own."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _wrk(url: str, seconds: float, headers: dict[str, str]) -> dict[str, int]:
    require("wrk")
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [
        "wrk",
        f"-t{THREADS}",
        f"-c{CONNECTIONS}",
        f"-d{seconds:.0f}s",
        "--timeout",
        "30s",
        *given,
        "-s",
        str(SCRIPT),
        url,
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    if run.returncode:
        raise BenchError(f"wrk failed at {url}: {run.stderr or run.stdout}")
    found: dict[str, int] = json.loads(run.stdout.splitlines()[-1])
    return found


def _heads(url: str, seconds: float, headers: dict[str, str]) -> dict[str, int]:
    """Ask with HEAD, after which wrk waits for a body that never comes."""
    with multiprocessing.get_context("spawn").Pool(THREADS) as pool:
        work = [(url, seconds, headers, CONNECTIONS // THREADS)] * THREADS
        counts = pool.starmap(ask_heads, work)
    return {
        "requests": sum(done for done, _, _ in counts),
        "refused": sum(refused for _, refused, _ in counts),
        "broken": 0,
        "microseconds": int(1e6 * max(took for _, _, took in counts)),
    }


def ask_heads(url: str, seconds: float, headers: dict[str, str], connections: int) -> tuple[int, int, float]:
    """Ask from some connections; return how many answers came, how many said no, and how long it took."""
    parts = urlsplit(url)
    given = [f"{name}: {value}" for name, value in {"Host": parts.netloc, **headers}.items()]
    request = "\r\n".join([f"HEAD {parts.path} HTTP/1.1", *given, "", ""]).encode()
    address = parts.hostname or "", parts.port or 80
    sockets = [socket.create_connection(address, timeout=10) for _ in range(connections)]
    done = refused = 0
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        for each in sockets:
            each.sendall(request)
        for place, each in enumerate(sockets):
            answer = each.recv(65_536)  # all of it: it is short, and this machine's own
            if b"\r\nConnection: close" in answer or not answer:  # nginx does so after a thousand requests
                each.close()
                sockets[place] = socket.create_connection(address, timeout=10)
            done += bool(answer)
            refused += bool(answer) and not answer.startswith(b"HTTP/1.1 200")
    took = time.monotonic() - began
    for each in sockets:
        each.close()
    return done, refused, took
