"""What a user would pick instead, with the same content and under the same load, in one run."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from bench.load import Load, fetch, load
from bench.papers import BenchError, Paper
from bench.plot import Chart
from bench.progress import Bar, say
from bench.reads import STATIC, WAYS, Case, static_copies
from bench.report import Part, Table, middle, number
from bench.rivals.content import Content
from bench.rivals.isso import isso
from bench.rivals.wagtail import wagtail
from bench.rivals.wordpress import wordpress
from bench.scale import Scale
from bench.servers import Server, site

Candidate = tuple[Server, str]  # and the path of what it is asked for
KEPT, RENDERED = "Kiwi Guard", "Kiwi Guard, each view rendered"
RIVALS: dict[str, Callable[[Content], AbstractContextManager[Candidate]]] = {
    "Wagtail": wagtail,
    "WordPress, classic theme": partial(wordpress, kind="classic"),
    "WordPress, block theme": partial(wordpress, kind="block"),
    "Isso, the replies alone": isso,
}


def measure(scale: Scale) -> Part:
    """Measure all that can be had; of the others it is said why not."""
    paper = Paper("sqlite", scale.sizes[0])
    paper.make()
    content = Content.of(paper)
    failures: list[str] = []
    with ExitStack() as stack:
        candidates = {name: stack.enter_context(start) for name, start in _ours(paper).items()}
        for name, start in RIVALS.items():
            try:
                candidate = stack.enter_context(start(content))
                require_all_of(content, *candidate)
                candidates[name] = candidate
            except BenchError as error:
                say(str(error))
                failures.append(name)
        loads = _alternate(candidates, scale)
    bars = [(name, _rate(found)) for name, found in loads.items()]
    chart = Chart("Articles a second, each step to the right ten times as many", bars, shape="{:,.0f}", is_log=True)
    return Part("rivals", "Beside others", [_table(loads, failures, scale)], [chart], failures=failures)


def _ours(paper: Paper) -> dict[str, AbstractContextManager[Candidate]]:
    path = paper.facts["article"]
    return {STATIC: _static(paper), KEPT: _at(site(paper), path), RENDERED: _at(site(paper, PAGE_CACHE_MB="0"), path)}


@contextmanager
def _at(start: AbstractContextManager[Server], path: str) -> Iterator[Candidate]:
    with start as server:
        yield server, path


@contextmanager
def _static(paper: Paper) -> Iterator[Candidate]:
    """Run nginx with the article as a file."""
    case = Case("article", paper.facts["article"], WAYS[0])
    with site(paper, WORKER_INSIDE="0") as server, static_copies(server, [case]) as (static, _):
        yield static, case.path_on(static)


def require_all_of(content: Content, server: Server, path: str) -> None:
    """Raise BenchError unless a page has every reply."""
    page = html.unescape(fetch(server, path)[1].decode())
    for reply in content.replies:
        words = max(re.findall(r"[A-Za-z ]+", reply["text"]), key=len).strip()
        if words not in page:
            raise BenchError(f"{server.name} doesn't show the reply that says “{words}” at {path}.")


def _alternate(candidates: dict[str, Candidate], scale: Scale) -> dict[str, list[Load]]:
    loads: dict[str, list[Load]] = {name: [] for name in candidates}
    bar = Bar("Load", scale.repeats * len(candidates), "times")
    for _ in range(scale.repeats):
        for name, (server, path) in candidates.items():
            loads[name].append(load(server, path, seconds=scale.seconds + 1))
            bar.step(1, name)
    bar.end()
    return loads


def _rate(found: list[Load]) -> float:
    return middle([done.per_second for done in found])


def _table(loads: dict[str, list[Load]], failures: list[str], scale: Scale) -> Table:
    limit = _rate(loads[STATIC])
    rows = []
    for name, found in loads.items():
        cpu, p50 = (middle([getattr(done, what) for done in found]) for what in ("cpu_per_request", "p50"))
        share = _rate(found) / limit
        rows.append([name, number(_rate(found)), f"{share:.4f}", f"{cpu:.3f} ms", f"{number(p50)} ms"])
    rows += [[name, "not measured", "", "", ""] for name in failures]
    text = (
        "The same article of 700 words with its 30 replies in threads, uncompressed; each with two processes (php-fpm:"
        f" four), on the same cores as `wrk -t2 -c16`; {scale.repeats} times {scale.seconds + 1:.0f} s of each in turn."
        " CPU is that of the server's processes, without that of MariaDB."
    )
    return Table(
        "Requests a second", text, ["served by", "requests/s", "of nginx static", "CPU per request", "p50"], rows
    )
