"""How light the pages are, as `make run` serves them: what travels, whether anything moves, what Lighthouse says."""

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.conf import settings
from playwright.sync_api import Browser, Page, Request, Route
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.browser.conftest import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser

PAGE_BYTES = 30_000  # HTML, CSS and JavaScript as they travel, with their headers
FONT_BYTES = 40_000
PATHS = {"home": "/", "search": "/search/", "results": "/search/?q=treaty"}
PAGES = ("article", *PATHS)
# Lighthouse's preset takes the phone for one that is so many times slower than a quick desktop. A page that falls short
# on this machine is asked for by the phone that Chrome calibrates its "mid-tier mobile" to: this much by Lighthouse's
# benchmark, which says how quick the machine is.
SLOWDOWN, PHONE = 4.0, 1000.0
RUNS = 8  # of Lighthouse, until it finds a page fast: a busy machine is no fault of the page
PATIENCE = Retry(60, backoff_factor=0.1, backoff_max=0.5)  # while the workers of the server start

# Notes, from before anything is painted, what moves without the reader's doing.
WATCH = """
window.moved = [];
new PerformanceObserver((list) => {
    for (const shift of list.getEntries())
        if (!shift.hadRecentInput)
            moved.push(`${shift.value}: ${shift.sources.map(({node}) => node?.outerHTML?.slice(0, 99)).join(" and ")}`);
}).observe({type: "layout-shift", buffered: true});
"""
PAINTED = "new Promise((done) => new PerformanceObserver(done).observe({type: 'paint', buffered: true})).then(() => {})"
SCROLL_TO_THE_END = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    await document.fonts.ready;
    for (let top = 0; top < document.body.scrollHeight; top += innerHeight) { scrollTo(0, top); await frame(); }
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    await frame();
    return moved;
}"""
BLOCKING = (
    "performance.getEntriesByType('resource').filter((e) => e.renderBlockingStatus === 'blocking').map((e) => e.name)"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of a site of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CACHE_URL"}}
    own = {"DATA_DIR": str(tmp_path_factory.mktemp("site")), "PORT": port, "WORKER_INSIDE": "0"}
    return {**kept, **own, "DJANGO_SETTINGS_MODULE": "kiwiguard.settings"}


@pytest.fixture(scope="module")
def served(environment: dict[str, str]) -> Iterator[str]:
    """Serve it with the sample content, and return its address."""
    address = f"http://127.0.0.1:{environment['PORT']}"
    command = [sys.executable, "manage.py", "serve"]
    with (
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True) as server,
        requests.Session() as asking,
    ):
        try:
            assert server.stdout
            assert address in server.stdout.readline()
            asking.mount("http://", HTTPAdapter(max_retries=PATIENCE))
            assert asking.get(f"{address}/healthz", timeout=60).ok
            manage(environment, "make_renditions")
            yield address
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def pages(served: str, environment: dict[str, str]) -> dict[str, str]:
    """Publish the article that is weighed, and return the addresses of the pages that must be light."""
    publish = "from tests.browser.weighed_article import publish; print(publish())"
    path = manage(environment, "shell", "--no-imports", "--command", publish)
    return {name: f"{served}{path}" for name, path in {"article": path, **PATHS}.items()}


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run a command of the site, and return what it says."""
    command = [sys.executable, "manage.py", *arguments]
    ran = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_article_travels_in_30_kb_and_asks_nobody_else(page: Page, served: str, pages: dict[str, str]) -> None:
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("requestfinished", note)
    page.goto(pages["article"], wait_until="networkidle")
    assert len(page.locator(".text").inner_text().split()) >= 700
    assert [page.locator(part).count() for part in (".key-points li", ".sources li", ".reply")] == [4, 3, 30]
    travelled: Counter[str] = Counter()
    for request in asked:
        assert request.url.startswith((served, "data:"))
        sizes = request.sizes()
        travelled[request.resource_type] += sizes["responseBodySize"] + sizes["responseHeadersSize"]
    assert travelled["document"] + travelled["stylesheet"] + travelled["script"] <= PAGE_BYTES, travelled
    assert travelled["font"] <= FONT_BYTES, travelled


@pytest.mark.parametrize("name", PAGES)
def test_one_style_sheet_is_all_that_a_page_waits_for(page: Page, pages: dict[str, str], name: str) -> None:
    page.goto(pages[name])
    assert [address.rsplit(".", 1)[1] for address in page.evaluate(BLOCKING)] == ["css"]


class Latecomers:
    """Fonts and pictures, held back until a page is painted without them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: list[Route] = []
        self.may_come = False
        page.route("**/*.{woff2,avif,webp,jpg}", self._take)

    def _take(self, route: Route) -> None:
        if self.may_come:
            route.continue_()
        else:
            self.held.append(route)

    def wait(self) -> None:
        """Wait until one of them is asked for."""
        for _ in range(500):
            if self.held:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("Nothing was asked for.")

    def let_come(self) -> None:
        """Let them arrive, and whatever is asked for from now on."""
        self.may_come = True
        for route in self.held:
            route.continue_()


@pytest.fixture(params=[360, 1280])
def watched(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Open a page, narrow or wide, that notes what moves."""
    with browser.new_context(viewport={"width": request.param, "height": 800}) as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        yield page


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_on_loading(watched: Page, pages: dict[str, str], name: str) -> None:
    watched.goto(pages[name])
    assert watched.evaluate(SCROLL_TO_THE_END) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_when_the_font_and_the_pictures_come_late(
    watched: Page, pages: dict[str, str], name: str
) -> None:
    late = Latecomers(watched)
    watched.goto(pages[name], wait_until="commit")
    watched.evaluate(PAINTED)
    late.wait()
    late.let_come()
    watched.wait_for_load_state()
    assert watched.evaluate(SCROLL_TO_THE_END) == []


def test_a_picture_stands_before_its_foretaste(page: Page, pages: dict[str, str]) -> None:
    page.goto(pages["article"], wait_until="networkidle")
    on_top = """(cover) => {
        const {x, y, width, height} = cover.getBoundingClientRect();
        return document.elementFromPoint(x + width / 2, y + height / 2).matches("picture img");
    }"""
    assert page.locator(".cover .picture").evaluate(on_top)


@pytest.mark.parametrize("name", PAGES)
def test_lighthouse_finds_nothing_to_better(pages: dict[str, str], name: str) -> None:
    slowdown = SLOWDOWN
    for _ in range(RUNS):
        shortfalls, speed = lighthouse(pages[name], slowdown)
        if not shortfalls:
            break
        assert set(shortfalls) == {"performance"}, shortfalls
        slowdown = min(slowdown, max(1, speed / PHONE))
    assert shortfalls == {}


def lighthouse(address: str, slowdown: float) -> tuple[dict[str, list[str]], float]:
    """Ask Lighthouse about a phone on a slow line, so many times slower than this machine.

    Return what keeps each category from 100, if anything, and how fast it found this machine to be.
    """
    command = [
        os.environ["LIGHTHOUSE"],
        address,
        "--quiet",
        "--output=json",
        "--only-categories=performance,accessibility,best-practices,seo",
        "--no-enable-error-reporting",
        f"--throttling.cpuSlowdownMultiplier={slowdown:.1f}",
        f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}",
    ]
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode != 0 or not ran.stdout:  # its browser failed it, which says nothing of the page
        return {"performance": [f"{ran.returncode}: {ran.stderr[-500:]}"]}, SLOWDOWN * PHONE
    report = json.loads(ran.stdout)
    categories = report["categories"].items()
    shortfalls = {name: _faults(category, report["audits"]) for name, category in categories if category["score"] != 1}
    return shortfalls, report["environment"]["benchmarkIndex"]


def _faults(category: dict[str, Any], audits: dict[str, Any]) -> list[str]:
    counted = [audits[reference["id"]] for reference in category["auditRefs"] if reference["weight"]]
    faults = [audit for audit in counted if audit["score"] is not None and audit["score"] < 1]
    return [f"{audit['id']}: {audit.get('displayValue') or audit['title']}" for audit in faults]
