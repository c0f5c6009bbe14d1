"""HTTP as the workers speak it, by uvicorn: a kept page is sent at once, and all else is answered elsewhere.

Python wakes a thread in the time that it takes to send a page. So the event loop asks the page store itself, as soon as
the head of a request is there. What isn't at hand takes a thread, or is handed over to the intake, when all of it has
arrived; how slow a client is matters to nobody else.
"""

import asyncio
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http import HTTPStatus
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from comments.clients import counted_address
from kiwiguard.handing_over import HandingOver
from kiwiguard.limits import REFUSED, announced_bytes, most_bytes
from kiwiguard.page_store import Headers, PageStore, StartResponse
from kiwiguard.proxies import client_of, is_trusted
from kiwiguard.threads import CHUNK, IN_MEMORY, SAFE

PLACES = 32  # for those who bring something, which may take up memory and disk
PLACES_FOR_ONE = PLACES // 4  # client, while what it brings is on its way
THREADS = 40  # most of them wait: for Django, or for another one that makes the same page
LOOKS = 2  # threads for what is kept but not at hand: one looks at what has changed, another makes an encoding
SECONDS_TO_WAIT = 75  # for a client; longer than a proxy in front keeps a connection that it doesn't use
SECONDS_FOR_BODY, SLOWEST = 30, 50_000  # and so many bytes a second
SECONDS_BETWEEN_LOOKS = 5  # for connections that are overdue
LONGEST_HEAD = 64 * 1024  # bytes
MOST_HEADERS = 100
MOST_IN_ONE_BREATH = 100  # requests of one connection that wait behind another
# What the page store wants to know of a request, and what makes one more than a question for a page.
KNOWN = {
    b"host": "HTTP_HOST",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"x-forwarded-proto": "HTTP_X_FORWARDED_PROTO",
}
WITHOUT_PATH = re.compile(rb"^(\w+://[^/?]+)(?=\?|$)")  # an address that is told whole (RFC 9112, section 3.2.2)
MORE_THAN_A_QUESTION = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})

Receive = Callable[[], Any]
Send = Callable[[Any], Any]


class Answers:
    """The ASGI application of a worker: what may write is handed over, and all else is answered in threads."""

    def __init__(self, store: PageStore, handing_over: HandingOver) -> None:
        """Take who answers here, and who hands over."""
        self.store, self.handing_over = store, handing_over
        self.threads, self.looks = ThreadPoolExecutor(THREADS, "server"), ThreadPoolExecutor(LOOKS, "looks")
        self.places = asyncio.Semaphore(PLACES)
        self.arriving: list[str] = []  # the addresses of the clients from which something is on its way

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request; where there is no place, what is behind is told so by `REFUSED`."""
        environ = environ_of(scope)
        if environ["REQUEST_METHOD"] in SAFE and not _expected_bytes(environ):
            await self._answer_here(environ, send)
        elif self.places.locked() or self._has_enough(environ):
            await self._refuse(HTTPStatus.TOO_MANY_REQUESTS, environ, send)
        else:
            async with self.places:
                with SpooledTemporaryFile(IN_MEMORY) as body:
                    await self._take_in(environ | {"wsgi.input": body}, receive, send)

    async def _take_in(self, environ: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer what brings something, once it is there; nothing of it is read if it is more than may be sent."""
        expected = _expected_bytes(environ)
        if 0 < expected <= most_bytes(environ):
            try:
                async with asyncio.timeout(SECONDS_FOR_BODY + expected / SLOWEST):
                    if not await self._has_arrived(environ, receive):
                        return
            except TimeoutError:
                await self._refuse(HTTPStatus.REQUEST_TIMEOUT, environ, send)
                return
        if environ["REQUEST_METHOD"] in SAFE:
            await self._answer_here(environ, send)
        else:
            await self._hand_over(environ, send)

    def _has_enough(self, environ: dict[str, Any]) -> bool:
        """Whether so much is on its way from a client that others would find no place."""
        client = client_of(environ)
        return self.arriving.count(counted_address(client)) >= PLACES_FOR_ONE and not is_trusted(client)

    async def _has_arrived(self, environ: dict[str, Any], receive: Receive) -> bool:
        """Take in what a request brings, for one who reads it from its start; whether all of it came.

        What comes in chunks has its length from here on; no more of it is read once that is more than may be sent.
        """
        body: IO[bytes] = environ["wsgi.input"]
        client = counted_address(client_of(environ))
        self.arriving.append(client)
        try:
            while (message := await receive())["type"] == "http.request":
                body.write(message["body"])
                if not message["more_body"] or body.tell() > most_bytes(environ):
                    environ["CONTENT_LENGTH"] = str(body.tell())
                    body.seek(0)
                    return True
        finally:
            self.arriving.remove(client)
        return False

    async def _hand_over(self, environ: dict[str, Any], send: Send) -> None:
        try:
            answer = await self.handing_over.ask(environ)
        except (OSError, ValueError):
            await self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, environ, send)
            return
        if not answer:
            await self._answer_here(environ, send)
            return
        with SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                with closing(answer):  # the intake waits for no client
                    async for chunk in answer:
                        body.write(chunk)
            except OSError:
                await self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, environ, send)
                return
            body.seek(0)
            await _start(answer.status, answer.headers, send, answer.length)
            while chunk := body.read(CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})

    async def _refuse(self, status: HTTPStatus, environ: dict[str, Any], send: Send) -> None:
        await self._answer_here(environ | {REFUSED: status, "CONTENT_LENGTH": "0"}, send)

    async def _answer_here(self, environ: dict[str, Any], send: Send) -> None:
        said: list[tuple[Any, ...]] = []
        chunks = await self._made(environ, lambda *head: said.append(head))
        try:
            status, headers = said[-1][:2]
            if isinstance(chunks, list):
                body = b"".join(chunks)
                await _start(status, headers, send, len(body))
                await send({"type": "http.response.body", "body": body})
                return
            await _start(status, headers, send)
            rest = iter(chunks)
            while chunk := await _in_thread(self.threads, next, rest, b""):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})
        finally:
            getattr(chunks, "close", lambda: None)()

    async def _made(self, environ: dict[str, Any], start_response: StartResponse) -> Any:
        """Have an answer made; where the database hangs, what is kept waits for none of those who wait for it."""
        if environ["PATH_INFO"] in self.store.pages:
            body = await _in_thread(self.looks, self.store.kept_by_now, environ, start_response)
            if body is not None:
                return body
        return await _in_thread(self.threads, self.store, environ, start_response)


class Connection(HttpToolsProtocol):
    """A client's connection.

    uvicorn hears of a request only if it asks for more than what is at hand: then it begins a `cycle`.
    """

    app: Answers

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless the client is gone already."""
        super().connection_made(transport)
        self.head_bytes, self.is_in_head = 0, False
        self.answering: Any = None  # a cycle of uvicorn's, as `cycle` is, which is the newest
        self.wait()
        if not self.client:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self.head_bytes > LONGEST_HEAD:
            self.send_400_response("The head of the request is too long.")
            return
        self.head_bytes += len(data)
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer what has arrived whole of a client that says nothing more, and be done."""
        if not self.is_busy() or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Say no more."""
        super().connection_lost(exc)
        if self.answering:
            self.answering.disconnected = True
            self.answering.message_event.set()

    def on_message_begin(self) -> None:
        """Begin to take a request in."""
        self.url, self.headers, self.is_in_head = b"", [], True
        self.wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one of its headers; what follows a body would pass for one."""
        if self.is_in_head:
            if len(self.headers) == MOST_HEADERS:
                raise ValueError("too many headers")  # the parser stops, and uvicorn says 400
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Send the page that was asked for if it is at hand, or have the request answered."""
        self.head_bytes, self.is_in_head = 0, False
        if self.transport.is_closing():  # what follows what was to be the last one
            return
        if self.parser.should_upgrade() and self.brings_something():
            raise ValueError("the parser takes the body of a request with an upgrade for what comes after it")
        answer = None if self.is_busy() or self.flow.write_paused else self.kept()
        if answer:
            self.send(*answer)
            return
        if len(self.pipeline) >= MOST_IN_ONE_BREATH:
            self.transport.abort()
            return
        self.have_answered()

    def have_answered(self) -> None:
        """Have uvicorn hear of the request."""
        url, headers = WITHOUT_PATH.sub(rb"\1/", self.url), self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()
        if self.parser.should_upgrade():  # what follows may be in another protocol
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of what a request brings."""
        self.head_bytes = 0
        if self.cycle:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Be done with a request."""
        self.head_bytes = 0
        if self.cycle:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Be done with an answer that took more."""
        super().on_response_complete()
        self.wait()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self.answering = cycle
        super()._start_asgi_task(cycle, app)

    def pause_writing(self) -> None:
        """Let the client take what it asked for."""
        super().pause_writing()
        self.wait()

    def wait(self) -> None:
        """Wait for the client: for a request, for the whole of its head, or until it took what it asked for."""
        self.until = self.loop.time() + SECONDS_TO_WAIT

    def is_busy(self) -> bool:
        """Whether something is being answered."""
        return bool(self.cycle) and not self.cycle.response_complete

    def is_overdue(self) -> bool:
        """Whether the client was waited for too long."""
        return self.loop.time() > self.until and (self.flow.write_paused or not self.is_busy())

    def brings_something(self) -> bool:
        """Whether a request has a body, by its head."""
        return any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in self.headers
        )

    def kept(self) -> tuple[bytes, bytes] | None:
        """Return head and body of the answer if it is at hand."""
        path = self.url.partition(b"?")[0].decode("latin-1")
        if "%" in path:
            return None
        environ = {"PATH_INFO": path, "wsgi.url_scheme": self.scheme}
        environ["REQUEST_METHOD"] = self.parser.get_method().decode("latin-1")
        for name, value in self.headers:
            key = KNOWN.get(name)
            if key:
                if key in environ:
                    return None
                environ[key] = value.decode("latin-1")
            elif name in MORE_THAN_A_QUESTION:
                return None
        return self.app.store.kept(environ)

    def send(self, head: bytes, body: bytes) -> None:
        """Send an answer, and the date, which is all that the server has to add."""
        ((_, date),) = self.server_state.default_headers
        if self.parser.should_keep_alive() and self.parser.get_http_version() == "1.1":
            self.transport.writelines((b"%bDate: %b\r\n\r\n" % (head, date), body))
        else:
            self.transport.writelines((b"%bDate: %b\r\nConnection: close\r\n\r\n" % (head, date), body))
            self.transport.close()


class ReadersServer(Server):
    """uvicorn, for one listening socket of a worker."""

    def __init__(self, store: PageStore, handing_over: HandingOver, seconds_to_finish: int) -> None:
        """Take who answers, and for how long those who are waiting when it ends are still answered."""
        config = Config(
            Answers(store, handing_over),
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,  # ours know which proxies may be believed
            server_header=False,
            timeout_keep_alive=SECONDS_TO_WAIT,
            timeout_graceful_shutdown=seconds_to_finish,
            callback_notify=self.close_overdue,
            timeout_notify=SECONDS_BETWEEN_LOOKS,
        )
        super().__init__(config)

    async def close_overdue(self) -> None:
        """Close the connections of clients that keep us waiting."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection) and connection.is_overdue():
                connection.transport.abort()


async def _in_thread(threads: ThreadPoolExecutor, call: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(threads, call, *args)


async def _start(status: str, headers: Headers, send: Send, length: int = 0) -> None:
    """Send the head of an answer, with the length of its body if that is known and it says none itself."""
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if length and b"content-length" not in dict(encoded):
        encoded.append((b"content-length", b"%d" % length))
    await send({"type": "http.response.start", "status": int(status[:3]), "headers": encoded})


def _expected_bytes(environ: dict[str, Any]) -> int:
    """Return how long a body is by its announcement, or may be if it comes in chunks, which announce nothing."""
    return most_bytes(environ) if "HTTP_TRANSFER_ENCODING" in environ else announced_bytes(environ)


def environ_of(scope: dict[str, Any]) -> dict[str, Any]:
    """Return a request of ASGI as WSGI has it (PEP 3333)."""
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:  # it would pass for one with a hyphen, which a proxy may have set
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
