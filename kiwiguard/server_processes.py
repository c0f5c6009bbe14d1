"""What the processes of the server do: the workers answer readers, by uvicorn; the intake answers what may write."""

import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.validators import validate_email
from django.db import connections
from django.urls import Resolver404, resolve

from kiwiguard.wsgi import application, django_application  # sets Django up, for all below

# isort: split
from articles.models import Article
from articles.richtext import render_reply
from kiwiguard.connections import ReadersServer
from kiwiguard.freshness import noted_changes
from kiwiguard.handing_over import HandingOver, take_over
from kiwiguard.server import STOPPING
from kiwiguard.worker import working_inside

SECONDS_TO_FINISH = 3
BACKLOG = 1024  # connections that wait to be taken
GIVING_WAY = 3  # steps of priority; more of them would cost pages where their readers are on the same machine
INTAKE_THREADS = 4
# Python lets another thread go on after so long: no kept page waits for one that is being made, and at the intake no
# reply waits for a chore of some seconds.
WORKERS_GO, INTAKE_GO = 0.001, 0.0005
OBJECTS_BETWEEN_COLLECTIONS = 3_000
SECONDS_BETWEEN_TRIMS = 5
PR_SET_PDEATHSIG = 1  # of Linux: the signal that comes when the parent ends

logger = logging.getLogger(__name__)


def give_memory_back() -> None:
    """Have the C library hand back what is free, if it is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


noted_changes.look_here()
# What is loaded and made before the fork is shared by all, as long as nobody writes to it.
with suppress(Resolver404):
    resolve("/what-no-pattern-matches")  # loads all views, and compiles all patterns
for path in ("/", *(article.get_absolute_url() for article in Article.objects.published().latest_first()[:1])):
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": min(settings.PAGE_HOSTS), "wsgi.url_scheme": "https"}
    setup_testing_defaults(environ)
    django_application(environ, lambda *_: None).close()  # type: ignore[arg-type] # nothing is written by it
validate_email("reader@example.org")
render_reply("What a reader *says*.")
import_module("uvloop")  # uvicorn would after the fork
connections.close_all()
gc.collect()
gc.freeze()  # so that the collector doesn't write to all of it either
give_memory_back()  # nor does this, later


def answer_readers(host: str, port: int, way: socket.socket) -> None:
    """Answer readers until a signal says to stop, and hand over what may write; then end the process."""
    _end_with_parent()
    _settle(WORKERS_GO)
    # Where the processor is short readers give way: they are many and quick, and a reply would be the last of all.
    os.nice(GIVING_WAY)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=True)
    server = ReadersServer(application, HandingOver(way), SECONDS_TO_FINISH)
    threading.Thread(target=_stop_when_told, args=[server], name="signals", daemon=True).start()
    server.run([listening])
    os._exit(0)  # what threads are still at has had its time


def answer_what_may_write(way: socket.socket) -> None:
    """Answer what the workers hand over, and do the tasks, until none of them is left; then end the process."""
    _settle(INTAKE_GO)
    with working_inside():  # a mail that is half sent would be sent again
        take_over(way, django_application, threads=INTAKE_THREADS)
    os._exit(0)  # what threads are still at nobody waits for


def _end_with_parent() -> None:
    """Have the signal come also when the parent is killed, if this is Linux: the next one needs the port."""
    control = getattr(ctypes.CDLL(None), "prctl", None)
    if control:
        control(PR_SET_PDEATHSIG, signal.SIGTERM)


def _settle(seconds_in_one_go: float) -> None:
    """Set this process up, now that it is one of its own."""
    noted_changes.look_aside()
    sys.setswitchinterval(seconds_in_one_go)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    threading.Thread(target=_keep_giving_memory_back, name="memory", daemon=True).start()


def _stop_when_told(server: ReadersServer) -> None:
    """Wait for a signal: what Python does by itself when one comes, a thread that waits for a lock may never get to."""
    signal.sigwait(STOPPING)
    server.should_exit = True


def _keep_giving_memory_back() -> None:
    """Have it done between the rest; after rendering pictures that is a lot."""
    while True:
        time.sleep(SECONDS_BETWEEN_TRIMS)
        give_memory_back()
