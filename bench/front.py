"""Behind nginx as `deploy/` configures it, beside nginx with the same bytes as static files over the same TLS."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from bench import places
from bench.load import fetch
from bench.papers import Paper
from bench.reads import (
    ABOUT_NGINX,
    QUICK_WAYS,
    WAYS,
    Case,
    alternate,
    compared,
    pages,
    share_of_static,
    static_copies,
)
from bench.report import Part
from bench.scale import Scale
from bench.servers import Server, free_port, nginx, site
from tests.deploy.running import NGINX_MODULES, Front, nginx_site

TARGET = 0.9  # of nginx
FRONT = "nginx in front"
ASKED_FOR = ("plain", "br", "304")


def measure(scale: Scale) -> Part:
    """Measure the pages that nginx keeps."""
    paper = Paper("sqlite", scale.sizes[0])
    paper.make()
    ways = [way for way in WAYS if way.name in (QUICK_WAYS if scale.is_quick else ASKED_FOR)]
    cases = [Case(page, path, way) for page, path in pages(paper).items() for way in ways]
    with _in_front(paper) as (server, front):
        tls = f" ssl http2; ssl_certificate {front.certificate}; ssl_certificate_key {_key_of(front)}"
        with static_copies(server, cases, listen=tls, scheme="https") as static:
            for case in cases:
                fetch(server, case.path, {"Accept-Encoding": case.way.encoding})
            alternate(cases, [server, *static], scale)
    text = (
        f"Over TLS, on the same cores as `wrk -t2 -c16`; {scale.repeats} times {scale.seconds:.0f} s of each in turn."
        f" nginx answers from its cache, and asks the app only when a page was changed. {ABOUT_NGINX}"
    )
    table = compared("Requests a second", text, cases, FRONT, target=TARGET)
    return Part("front", "Behind nginx", [table], [share_of_static(cases, FRONT, TARGET)])


@contextmanager
def _in_front(paper: Paper) -> Iterator[tuple[Server, Front]]:
    """Serve a paper behind nginx."""
    folder = places.FOLDER / "front"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "data").symlink_to(paper.folder)
    url = f"https://localhost:{free_port()}"
    front = Front("nginx", folder, url, free_port(), free_port())
    variables = {
        "SITE_URL": url,
        "TRUSTED_PROXIES": "127.0.0.1",
        "NGINX_PURGE_URLS": f"http://127.0.0.1:{front.purge_port}/",
    }
    with (
        nginx(FRONT, folder, nginx_site(front), url, modules=NGINX_MODULES) as server,
        site(paper, front.app_port, **variables),
    ):
        yield server, front


def _key_of(front: Front) -> str:
    return front.certificate.replace("fullchain", "privkey")
