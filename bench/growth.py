"""What pages cost with ever more articles: how many queries, and how long when nothing is kept."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.papers import BenchError, Paper, Process
from bench.plot import Chart
from bench.progress import Bar, say
from bench.report import Part, Table, held, middle, number
from bench.scale import Scale

TARGET = 1.5  # times the smallest paper
AT_ONCE = 2  # times that a page is asked for before the next paper has its turn
OK = 200
FAR = 10_000  # a section's page
SHORT, LONG = "article, 200 replies", "article, 20,000 replies"


@dataclass
class Page:
    """A page in papers of growing size: how many queries it takes in each, and how many milliseconds, each time."""

    name: str
    queries: dict[int, int] = field(default_factory=dict)
    wall: dict[int, list[float]] = field(default_factory=dict)

    @property
    def growth(self) -> float:
        """How much longer it takes in the largest paper than in the smallest."""
        sizes = sorted(self.wall)
        return middle(self.wall[sizes[-1]]) / middle(self.wall[sizes[0]])

    @property
    def is_flat(self) -> bool:
        """Whether it takes the same queries in all papers, and about the same time."""
        return len(set(self.queries.values())) == 1 and self.growth <= TARGET


def measure(scale: Scale) -> Part:
    """Measure every kind of page in every paper, the sizes in turn."""
    tables: list[Table] = []
    charts: list[Chart] = []
    discussions: list[list[str]] = []
    for database in scale.databases:
        papers = [Paper(database, size) for size in scale.sizes]
        for paper in papers:
            paper.make()
        pages = _measure(papers, scale)
        tables.append(_table(database, scale, pages))
        discussions += _discussions(database, {page.name: page for page in pages})
        title = f"On {database}: time of a page with {scale.sizes[-1]:,} articles beside that with {scale.sizes[0]:,}"
        charts.append(Chart(title, [(page.name, page.growth) for page in pages], target=TARGET))
    columns = ["database", "articles", "queries", SHORT, LONG, "ratio", f"≤ {TARGET}, as many queries"]
    text = "The same page in the same paper; half of the replies are in one thread."
    tables.append(Table("A discussion of 20,000 replies beside one of 200", text, columns, discussions))
    return Part("growth", "Growth", tables, charts)


def _measure(papers: Sequence[Paper], scale: Scale) -> list[Page]:
    with ExitStack() as stack:
        sites = {paper.size: stack.enter_context(paper.process()) for paper in papers}
        paths = {paper.size: _paths(paper, sites[paper.size]) for paper in papers}
        pages = {name: Page(name) for name in paths[papers[0].size]}
        say(f"The queries on {papers[0].database}")
        for page in pages.values():
            for size, process in sites.items():
                page.queries[size] = _get_ready(process, paths[size][page.name])
        bar = Bar(f"Cold pages on {papers[0].database}", scale.cold_repeats * len(pages) * len(sites), "times")
        for _ in range(scale.cold_repeats):
            for page in pages.values():
                for size, process in sites.items():
                    taken = process.do("time", path=paths[size][page.name], times=AT_ONCE)
                    page.wall.setdefault(size, []).extend(taken["wall"])
                    bar.step(1, page.name)
        bar.end()
    return list(pages.values())


def _paths(paper: Paper, process: Process) -> dict[str, str]:
    return {
        **process.do("pages", far=FAR),
        "article, 30 replies": paper.facts["article"],
        SHORT: paper.facts["small discussion"],
        LONG: paper.facts["large discussion"],
    }


def _get_ready(process: Process, path: str) -> int:
    """Have a page ready to be measured, and return how many queries it takes."""
    status = process.do("get ready", path=path)
    if status != OK:
        raise BenchError(f"{path} answers {status}.")
    return len(process.do("count", path=path))


def _discussions(database: str, pages: dict[str, Page]) -> Iterator[list[str]]:
    short, long = pages[SHORT], pages[LONG]
    for size, taken in long.wall.items():
        ratio = middle(taken) / middle(short.wall[size])
        queries = {short.queries[size], long.queries[size]}
        figures = [f"{number(middle(page.wall[size]))} ms" for page in (short, long)]
        is_flat = ratio <= TARGET and len(queries) == 1
        yield [database, f"{size:,}", "/".join(map(str, queries)), *figures, f"{ratio:.2f}", held(is_flat)]


def _table(database: str, scale: Scale, pages: Sequence[Page]) -> Table:
    sizes = sorted(pages[0].wall)
    rows = []
    for page in pages:
        queries = list(dict.fromkeys(page.queries.values()))
        times = [f"{number(middle(page.wall[size]))} ms" for size in sizes]
        shown = "/".join(map(str, queries))
        rows.append([page.name, shown, *times, f"{page.growth:.2f}", held(page.is_flat)])
    columns = ["page", "queries", *(f"{size:,} articles" for size in sizes), "ratio", f"≤ {TARGET}, as many queries"]
    text = (
        "The median time of a page that isn't kept, through the whole application in one process; the sizes in turn,"
        f" {scale.cold_repeats * AT_ONCE} times each. Each article has"
        f" {' or '.join(dict.fromkeys(str(Paper(database, size).replies) for size in sizes))} replies."
    )
    return Table(f"On {database}", text, columns, rows)
