"""What a small site takes: memory under load, and seconds to the first page."""

import threading
import time
from collections.abc import Callable

from bench.load import fetch, load
from bench.papers import Paper
from bench.report import Part, Table, held, middle, number
from bench.scale import Scale
from bench.servers import Server, answers, free_port, running, site

MEGABYTES, SECONDS = 130, 3.0
CRAWLED = 2_000  # pages
LOOKS_APART = 0.1  # seconds


def measure(scale: Scale) -> Part:
    """Measure both."""
    paper = Paper("sqlite", scale.sizes[0])
    paper.make()
    paper.do_chores()
    return Part("footprint", "Footprint", [_memory(paper, scale), _start(paper, scale)])


def _memory(paper: Paper, scale: Scale) -> Table:
    with site(paper) as server:
        fetch(server, "/")
        found = [
            ("after the first page", server.pss_megabytes()),
            ("under load on one article", _highest(server, lambda: _press(server, paper, scale.seconds))),
            (f"during a crawl of {CRAWLED:,} pages", _highest(server, lambda: _crawl(server, paper))),
            ("under load again", _highest(server, lambda: _press(server, paper, scale.seconds))),
        ]
    rows = [[when, f"{megabytes:.0f} MB", held(megabytes <= MEGABYTES)] for when, megabytes in found]
    text = (
        "The proportional set size (PSS) of all processes that serve: what each has alone, and its share of what they"
        " have in common; the most of ten looks a second."
    )
    return Table("Memory of two workers", text, ["when", "PSS", f"≤ {MEGABYTES} MB"], rows)


def _press(server: Server, paper: Paper, seconds: float) -> None:
    load(server, paper.facts["article"], seconds=max(seconds, 3), headers={"Accept-Encoding": "br"})


def _crawl(server: Server, paper: Paper) -> None:
    with paper.process() as process:
        for path in process.do("articles", most=CRAWLED):
            fetch(server, path, {"Accept-Encoding": "gzip"})


def _highest(server: Server, work: Callable[[], None]) -> float:
    """Return the most memory that a server takes while something is done."""
    is_over = threading.Event()
    seen = [server.pss_megabytes()]

    def look() -> None:
        while not is_over.wait(LOOKS_APART):
            seen.append(server.pss_megabytes())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        work()
    finally:
        is_over.set()
        looking.join()
    return max(seen)


def _start(paper: Paper, scale: Scale) -> Table:
    took = [_seconds_to_first_page(paper) for _ in range(scale.repeats)]
    text = "From `make run` to the first page of a site that exists: the median."
    row = [f"{number(middle(took))} s", " ".join(number(seconds) for seconds in took), held(middle(took) <= SECONDS)]
    return Table("The start", text, ["median", "each time", f"≤ {SECONDS:.0f} s"], [row])


def _seconds_to_first_page(paper: Paper) -> float:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = paper.environment(PORT=str(port))
    log = paper.folder / "start.log"
    began = time.monotonic()
    with running("make run", ["make", "run"], url, log=log, environment=environment, is_up=lambda: answers(url)):
        return time.monotonic() - began
