"""What the processes of the server do: the workers answer readers, by granian; the intake answers what may write."""

import ctypes
import gc
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.validators import validate_email
from django.db import connections
from django.urls import Resolver404, resolve
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mt import MTServer

from kiwiguard.wsgi import PLACES, application, django_application, handing_over  # sets Django up, for all below

# isort: split
from articles.models import Article
from articles.richtext import render_reply
from kiwiguard.handing_over import BEHIND_ALL, take_over
from kiwiguard.server import STOPPING
from kiwiguard.worker import start_inside

THREADS = PLACES + 8  # most of them wait, see kiwiguard/threads.py
SECONDS_TO_FINISH = 3
INTAKE_THREADS = 4
# Python lets another thread go on after so long. A worker makes a page in one go, so that the processor has at hand
# what it needs; at the intake no reply waits for a chore of some seconds.
WORKERS_GO, INTAKE_GO = 0.01, 0.0005
OBJECTS_BETWEEN_COLLECTIONS = 10_000
SECONDS_BETWEEN_TRIMS = 5

# What is loaded and made before the fork is shared by all, as long as nobody writes to it.
with suppress(Resolver404):
    resolve("/what-no-pattern-matches")  # loads all views, and compiles all patterns
for path in ("/", *(article.get_absolute_url() for article in Article.objects.published().latest_first()[:1])):
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": min(settings.PAGE_HOSTS), "wsgi.url_scheme": "https"}
    setup_testing_defaults(environ)
    django_application(environ, lambda *_: None).close()  # type: ignore[arg-type] # nothing is written by it
validate_email("reader@example.org")
render_reply("What a reader *says*.")
connections.close_all()
gc.collect()
gc.freeze()  # so that the collector doesn't write to all of it either


class Server(MTServer):
    """granian in this very process, instead of in processes that it starts itself."""

    def _check_gil(self) -> None:
        """Let the lock of Python be: it would only matter to several workers in one process."""


def answer_readers(host: str, port: int, way: socket.socket) -> None:
    """Answer readers until a signal says to stop, and hand over what may write; then end the process."""
    _settle(WORKERS_GO)
    # Where the processor is short readers give way: they are many and quick, and a reply would be the last of all.
    os.nice(BEHIND_ALL)
    handing_over.way = way
    server = Server(
        "kiwiguard.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        websockets=False,
        blocking_threads=THREADS,
        workers_kill_timeout=SECONDS_TO_FINISH,
        log_level=LogLevels.error,
    )
    threading.Thread(target=_stop_when_told, args=[server], name="signals", daemon=True).start()
    server.serve(target_loader=lambda: application, wrap_loader=False)
    os._exit(0)  # what threads are still at has had its time


def answer_what_may_write(way: socket.socket) -> None:
    """Answer what the workers hand over, and do the tasks, until none of them is left; then end the process."""
    _settle(INTAKE_GO)
    start_inside()
    take_over(way, django_application, threads=INTAKE_THREADS)
    os._exit(0)  # what threads are still at nobody waits for


def _settle(seconds_in_one_go: float) -> None:
    """Set this process up, now that it is one of its own."""
    sys.setswitchinterval(seconds_in_one_go)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    threading.Thread(target=_give_memory_back, name="memory", daemon=True).start()


def _stop_when_told(server: Server) -> None:
    """Wait for a signal: what Python does by itself when one comes, a thread that waits for a lock may never get to."""
    signal.sigwait(STOPPING)
    server.signal_handler_interrupt()  # type: ignore[no-untyped-call]


def _give_memory_back() -> None:
    """Have the C library hand back what is free between the rest; after rendering pictures that is a lot."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
    while trim:
        time.sleep(SECONDS_BETWEEN_TRIMS)
        trim(0)
