"""Wagtail from PyPI, in gunicorn as its documentation has it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.rivals.content import FOLDER, Content, python_with, run_or_fail
from bench.servers import WORKERS, Server, free_port, running

PACKAGES = ("wagtail==8.0.1", "gunicorn==27.0.1")
SITE = Path(__file__).parent / "sites" / "wagtail_site"
THREADS = 4


@contextmanager
def wagtail(content: Content) -> Iterator[tuple[Server, str]]:
    """Run a site with the article; yield its server and the path of the article."""
    python = python_with("wagtail", *PACKAGES)
    folder = FOLDER / "wagtail" / "site"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SITE, folder / SITE.name)
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "wagtail_site.settings",
        "SITE_FOLDER": str(folder),
        "PYTHONPATH": str(folder),
    }
    for command in (["makemigrations", "wagtail_site", "-v0"], ["migrate", "-v0"]):
        run_or_fail("Wagtail", [str(python), "-m", "django", *command], env=environment)
    facts = json.dumps({**asdict(content), "page": content.page})
    path = run_or_fail("Wagtail", [str(python), "-m", "wagtail_site.fill"], env=environment, input=facts)
    url = f"http://127.0.0.1:{free_port()}"
    command = [str(python), "-m", "gunicorn", "wagtail_site.wsgi", "-b", url.removeprefix("http://")]
    command += ["-w", str(WORKERS), "-k", "gthread", "--threads", str(THREADS)]
    with running("Wagtail", command, url, log=folder / "server.log", environment=environment) as server:
        yield server, path
