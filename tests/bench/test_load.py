"""Load and what it costs, on a small server of the test's own."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench import servers
from bench.load import ask_heads, fetch
from bench.papers import BenchError
from bench.servers import Server, family, free_port, require, running
from tests.deploy.running import until


class Handler(BaseHTTPRequestHandler):
    """Ends each connection after the third answer; finds nothing at /gone."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.answered = 0

    def do_HEAD(self) -> None:
        self.answered += 1
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Length", "5")
        if self.answered == 3:
            self.send_header("Connection", "close")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(b"hello")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        process = subprocess.Popen(["sleep", "60"])
        yield Server("a server", f"http://127.0.0.1:{listening.server_port}", process)
        process.kill()
        process.wait()
        listening.shutdown()


def test_heads_are_counted_over_connections_that_end(server: Server) -> None:
    done, refused, took = ask_heads(f"{server.url}/", 1, {}, 2)
    assert done > 6
    assert refused == 0
    assert took >= 1


def test_an_answer_that_says_no_is_noticed(server: Server) -> None:
    done, refused, _ = ask_heads(f"{server.url}/gone", 0.1, {}, 1)
    assert done == refused > 0
    with pytest.raises(BenchError, match="answers 404 at /gone"):
        fetch(server, "/gone")


def test_an_answer_is_taken_as_it_was_sent(server: Server) -> None:
    headers, body = fetch(server, "/")
    assert (headers["content-length"], body) == ("5", b"hello")


def test_a_program_that_is_missing_is_named_with_its_package() -> None:
    with pytest.raises(BenchError, match="no-such-program is missing: apt-get install the-package"):
        require("no-such-program", package="the-package")


def test_a_server_ends_with_its_block_and_all_its_children_too(tmp_path: Path) -> None:
    port = free_port()
    script = (
        "import os, signal, sys\n"
        "if os.fork(): signal.pause()\n"
        f"os.execv(sys.executable, ['python', '-m', 'http.server', '{port}'])"
    )
    url = f"http://127.0.0.1:{port}"
    with running("a server", [sys.executable, "-c", script], url, log=tmp_path / "log") as started:
        assert len(family(started.process.pid)) == 2
        assert started.pss_megabytes() > 1
        assert started.cpu_seconds() >= 0
    until(lambda: not servers.answers(url), seconds=10)


def test_a_server_that_does_not_answer_is_said_to(tmp_path: Path) -> None:
    with (
        pytest.raises(BenchError, match=r"a server doesn't answer at .*; .*log says why"),
        running("a server", ["false"], f"http://127.0.0.1:{free_port()}", log=tmp_path / "log"),
    ):
        pass
