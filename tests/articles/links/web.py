"""A real server on 127.0.0.1 that answers as it is told, byte for byte if need be, and remembers what it was asked."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Reply = Callable[[socket.socket], None]

WORDS = (
    "The harbour board met in the town hall on the evening before the storm and voted to keep the old pier open "
    "for the fishing fleet through the winter although its engineers had warned that two of the outer piles are hollow "
    "and that a heavy swell from the south could bring down the crane "
    "which has stood at its end since the war years ended"
)


def page(text: str = WORDS, *, head: str = "", title: str = "The pier stays open", **headers: str) -> bytes:
    """Return an answer with an HTML page."""
    body = f"<!doctype html><html><head><title>{title}</title>{head}</head><body><p>{text}</p></body></html>"
    return answer(200, body.encode(), **headers)


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return an answer as it goes over the wire; `content_type` becomes `Content-Type`."""
    headers = {"content_type": "text/html", "content_length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-').title()}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 {status} Said\r\n{''.join(lines)}\r\n".encode() + body


def redirect(to: str, status: int = 302) -> bytes:
    """Return a redirect."""
    return answer(status, location=to)


@dataclass
class Web:
    """What the server says to each path, and what it was asked."""

    port: int
    pages: dict[str, bytes | Reply] = field(default_factory=dict)
    otherwise: bytes | Reply = field(default_factory=lambda: answer(404, b"<h1>Nothing here</h1>"))
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def url(self, path: str = "/") -> str:
        """Return the full address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def host(self) -> str:
        """Return what names the server in LINK_CHECK_ALLOWED_HOSTS."""
        return f"127.0.0.1:{self.port}"

    def serve(self, client: socket.socket) -> None:
        """Answer one request."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        with client, suppress(OSError):
            head = _head_of(client)
            self.heads.append(head)
            method, path = [*head.split(), "", ""][:2]
            self.asked.append(f"{method} {path}")
            reply = self.pages.get(f"{method} {path}", self.pages.get(path, self.otherwise))
            self.at_once -= 1  # before the answer is there: who has it may ask the next
            if callable(reply):
                reply(client)
            else:
                client.sendall(reply.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else reply)


def _head_of(client: socket.socket) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        data = client.recv(4096)
        if not data:
            break
        received += data
    return received.decode("latin-1")


@contextmanager
def serving() -> Iterator[Web]:
    """Run a server for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    web = Web(listener.getsockname()[1])

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=web.serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield web
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
