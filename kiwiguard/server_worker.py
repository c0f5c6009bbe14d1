"""What a worker process of the server is: the site, loaded, and granian, which answers with it."""

import ctypes
import gc
import os
import signal
import sys
import threading
import time

from django.db import connections
from django.template.loader import get_template
from django.urls import get_resolver
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mt import MTServer

from kiwiguard.wsgi import PLACES, application  # sets Django up, for all below

# isort: split
from kiwiguard.server import STOPPING
from kiwiguard.worker import start_inside

THREADS = PLACES + 8  # most of them wait, see kiwiguard/threads.py
SECONDS_TO_FINISH = 3
# Python lets another thread go on after so long: a page or a reply is made in one go, so that the processor has at hand
# what it needs.
SECONDS_IN_ONE_GO = 0.01
OBJECTS_BETWEEN_COLLECTIONS = 10_000
SECONDS_BETWEEN_TRIMS = 5

# What is loaded before the fork is shared by all workers, as long as nobody writes to it.
get_resolver().url_patterns  # noqa: B018 - loads the views
get_template("articles/home.html")  # and with it all tags and filters
get_template("articles/article_detail.html")
get_template("comments/_thread.jinja", using="jinja")
connections.close_all()
gc.collect()
gc.freeze()  # so that the collector doesn't write to all of it either


class Server(MTServer):
    """granian in this very process, instead of in processes that it starts itself."""

    def _check_gil(self) -> None:
        """Let the lock of Python be: it would only matter to several workers in one process."""


def serve(host: str, port: int) -> None:
    """Answer requests until a signal says to stop, then end the process."""
    sys.setswitchinterval(SECONDS_IN_ONE_GO)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    start_inside()
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
    threading.Thread(target=_give_memory_back, name="memory", daemon=True).start()
    server.serve(target_loader=lambda: application, wrap_loader=False)
    os._exit(0)  # what threads are still at has had its time


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
