"""Isso from PyPI: the comments alone, as JSON, in gunicorn as its documentation has it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.papers import BenchError
from bench.rivals.content import FOLDER, Content, python_with
from bench.servers import WORKERS, Server, free_port, running

PACKAGES = ("isso==0.14.0", "gunicorn==27.0.1", "setuptools==65.5.0")
CREATED = 201
CONFIGURATION = """
[general]
dbpath = {folder}/comments.db
host = {url}
[moderation]
enabled = false
[server]
listen = {url}
[guard]
enabled = false
"""


@contextmanager
def isso(content: Content) -> Iterator[tuple[Server, str]]:
    """Run it with the replies; yield its server and the path at which the page's script asks for them."""
    python = python_with("isso", *PACKAGES)
    folder = FOLDER / "isso" / "site"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    url = f"http://127.0.0.1:{free_port()}"
    (folder / "isso.cfg").write_text(CONFIGURATION.format(folder=folder, url=url))
    environment = {"PATH": "/usr/bin:/bin", "ISSO_SETTINGS": str(folder / "isso.cfg")}
    command = [str(python), "-m", "gunicorn", "isso.run", "-b", url.removeprefix("http://"), "-w", str(WORKERS)]
    command += ["-k", "gthread", "--threads", "4"]
    with running("Isso", command, url, log=folder / "server.log", environment=environment) as server:
        _fill(server, content)
        yield server, f"/?{urlencode({'uri': '/article/'})}"


def _fill(server: Server, content: Content) -> None:
    numbers: list[int] = []
    for reply in content.replies:
        parent = numbers[reply["answers"]] if reply["answers"] is not None else None
        said = {"author": reply["name"], "email": None, "website": None, "text": reply["text"], "parent": parent}
        connection = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
        headers = {"Content-Type": "application/json", "Origin": server.url}
        body = json.dumps({**said, "title": content.title})
        connection.request("POST", f"/new?{urlencode({'uri': '/article/'})}", body, headers)
        answer = connection.getresponse()
        if answer.status != CREATED:
            raise BenchError(f"Isso takes no reply: {answer.status} {answer.read()[:200]!r}")
        numbers.append(json.load(answer)["id"])
        connection.close()
