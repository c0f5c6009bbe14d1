"""Pages rendered from nothing: what one costs, and how often many who ask at once have it rendered."""

import threading
from concurrent.futures import ThreadPoolExecutor

from bench.load import fetch
from bench.papers import Paper
from bench.plot import Chart
from bench.progress import Bar
from bench.report import Part, Table, held, middle, number
from bench.scale import Scale
from bench.servers import WORKERS, Server, site

ARTICLE, LIST = 5.0, 4.0  # milliseconds of CPU time, at most
LISTS = ("home", "section, page 1", "tag", "author", "month")
SHOWN = ("article", "home")  # in the chart
MORE = ("feed", "sitemap part", "search, a word")
HERD = 64  # readers who ask at once
TIMES = 20  # that each page is asked for before the next one


def measure(scale: Scale) -> Part:
    """Measure both."""
    tables: list[Table] = []
    bars: list[tuple[str, float]] = []
    for database in scale.databases:
        paper = Paper(database, scale.sizes[0])
        paper.make()
        costs = _costs(paper, scale)
        tables.append(_table(database, scale, costs))
        bars += [(f"{name}, on {database}", middle(cost["cpu"])) for name, cost in costs.items() if name in SHOWN]
    tables.append(_herds(Paper(scale.databases[0], scale.sizes[0]), scale))
    charts = [Chart("Pages rendered from nothing, milliseconds of CPU", bars)]
    return Part("cold", "Pages rendered from nothing", tables, charts)


def _costs(paper: Paper, scale: Scale) -> dict[str, dict[str, list[float]]]:
    with paper.process() as process:
        found = process.do("pages", far=1)
        paths = {"article": paper.facts["article"], **{name: found[name] for name in (*LISTS, *MORE)}}
        costs: dict[str, dict[str, list[float]]] = {name: {"cpu": [], "wall": []} for name in paths}
        for path in paths.values():
            process.do("get ready", path=path)
            process.do("time", path=path, times=TIMES)
        bar = Bar(f"Cold pages on {paper.database}", scale.cold_repeats * len(paths), "times")
        for _ in range(scale.cold_repeats):
            for name, path in paths.items():
                for clock, taken in process.do("time", path=path, times=TIMES).items():
                    costs[name][clock] += taken
                bar.step(1, name)
        bar.end()
    return costs


def _table(database: str, scale: Scale, costs: dict[str, dict[str, list[float]]]) -> Table:
    rows = []
    for name, cost in costs.items():
        cpu, wall = middle(cost["cpu"]), middle(cost["wall"])
        target = ARTICLE if name == "article" else LIST if name in LISTS else 0.0
        verdict = f"≤ {target:.0f} ms {held(cpu <= target)}" if target else ""
        rows.append([name, f"{number(cpu)} ms", f"{number(wall)} ms", verdict])
    text = (
        "CPU time of the process, and time by the clock, through the whole application with an empty page store: the"
        f" median of {scale.cold_repeats * TIMES}. The article has 700 words,"
        " 4 key points, 3 sources and 30 replies in threads; a list has 20 articles."
    )
    return Table(f"On {database}", text, ["page", "CPU", "clock", "target"], rows)


def _herds(paper: Paper, scale: Scale) -> Table:
    rows = []
    path = paper.facts["article"]
    with paper.process() as process, site(paper) as server:
        for _ in range(scale.repeats):
            fetch(server, path)
            process.do("expire", path=path)
            rows.append(_herd(server, path))
    misses = [rendered for rendered, _ in rows]
    figures = [str(HERD), " ".join(map(str, misses)), " ".join(str(kept) for _, kept in rows)]
    verdict = f"≤ {WORKERS} {held(max(misses) <= WORKERS)}"
    text = f"{HERD} readers ask at once for an article that has just changed; {scale.repeats} times."
    columns = [
        "readers",
        "rendered, each time",
        "got what another had rendered",
        f"one for each of {WORKERS} processes",
    ]
    return Table("A herd", text, columns, [[*figures, verdict]])


def _herd(server: Server, path: str) -> tuple[int, int]:
    """Return for how many readers the page was rendered, and how many got a kept one."""
    together = threading.Barrier(HERD)

    def ask(_: int) -> str:
        together.wait()
        return fetch(server, path)[0]["cache-status"]

    with ThreadPoolExecutor(HERD) as readers:
        how = list(readers.map(ask, range(HERD)))
    hits = sum("hit" in status for status in how)
    return HERD - hits, hits
