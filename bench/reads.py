"""Finished pages from the app alone, beside nginx with the very same bytes as static files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bench import places
from bench.load import Load, fetch, load
from bench.papers import Paper
from bench.plot import Chart
from bench.progress import Bar
from bench.report import Part, Table, held, middle, number
from bench.scale import Scale
from bench.servers import Server, free_port, nginx, site, static_location

TARGET = 0.5  # of nginx
AS_FAST = 0.9  # of the page itself
STATIC = "nginx, static files"
KEPT_OPEN = "nginx, files kept open"
ABOUT_NGINX = (
    "nginx opens a file each time, as it does unless it is told to keep files open (`open_file_cache`); that is shown"
    " too, but as it doesn't see then for a minute that a file has changed, it isn't what is aimed at."
)


@dataclass(frozen=True)
class Way:
    """A way to ask for a page."""

    name: str
    encoding: str = ""
    is_known: bool = False  # to the one who asks, so that the answer is 304
    is_head: bool = False

    @property
    def has_body(self) -> bool:
        """Whether the answer is the page itself."""
        return not self.is_known and not self.is_head


WAYS = (
    Way("plain"),
    Way("gzip", "gzip"),
    Way("br", "br"),
    Way("zstd", "zstd"),
    Way("304", "br", is_known=True),
    Way("HEAD", "br", is_head=True),
)
QUICK_WAYS = ("br", "304")


@dataclass
class Case:
    """A page asked for in one way, and what each candidate did, by its name."""

    page: str
    path: str
    way: Way
    loads: dict[str, list[Load]] = field(default_factory=dict)

    def path_on(self, server: Server) -> str:
        """Return the path of the page: of static files there is one for each encoding."""
        return f"/{self.file_name}" if server.name in {STATIC, KEPT_OPEN} else self.path

    @property
    def file_name(self) -> str:
        """What the file with the page is called."""
        return f"{self.page}.{self.way.encoding or 'plain'}"

    def run(self, server: Server, seconds: float) -> None:
        """Put a server under load."""
        path = self.path_on(server)
        headers = {"Accept-Encoding": self.way.encoding} if self.way.encoding else {}
        if self.way.is_known:
            headers["If-None-Match"] = fetch(server, path, headers)[0]["etag"]
        done = load(server, path, seconds=seconds, headers=headers, is_head=self.way.is_head)
        self.loads.setdefault(server.name, []).append(done)

    def per_second(self, name: str) -> float:
        """Return how many requests a second a candidate answered: the median of all repeats."""
        return middle([done.per_second for done in self.loads[name]])

    def ratio(self, name: str, other: str) -> float:
        """Return how fast one candidate is beside another: the median of the ratios of all repeats."""
        pairs = zip(self.loads[name], self.loads[other], strict=True)
        return middle([one.per_second / two.per_second for one, two in pairs])


def measure(scale: Scale) -> Part:
    """Measure every public page type, asked for in every way."""
    paper = Paper("sqlite", scale.sizes[0])
    paper.make()
    ways = [way for way in WAYS if not scale.is_quick or way.name in QUICK_WAYS]
    cases = [Case(page, path, way) for page, path in pages(paper).items() for way in ways]
    with site(paper) as ours, static_copies(ours, cases) as static:
        alternate(cases, [ours, *static], scale)
    text = (
        f"Two workers, and nginx with two, on the same cores as `wrk -t2 -c16`; {scale.repeats} times"
        f" {scale.seconds:.0f} s of each in turn. A ratio is the median of those of each turn. {ABOUT_NGINX}"
    )
    table = compared("Requests a second", text, cases, ours.name, target=TARGET)
    tables = [table, _unchanged(cases, ours.name)]
    return Part("reads", "Finished pages from the app alone", tables, [share_of_static(cases, ours.name, TARGET)])


def share_of_static(cases: Sequence[Case], name: str, target: float) -> Chart:
    """Return a chart of how fast a candidate is beside static files, for what most readers ask for."""
    bars = [(case.page, case.ratio(name, STATIC)) for case in cases if case.way.name == "br"]
    return Chart(f"{name}: finished pages a second, as a share of nginx with static files", bars, target=target)


def _unchanged(cases: Sequence[Case], name: str) -> Table:
    """Return a table of the answer 304 beside the page itself."""
    by_way = {way: {case.page: case for case in cases if case.way.name == way} for way in ("304", "br")}
    rows = []
    for page, case in by_way["304"].items():
        whole = by_way["br"][page].per_second(name)
        ratio = case.per_second(name) / whole
        rows.append([page, number(case.per_second(name)), number(whole), f"{ratio:.2f}", held(ratio >= AS_FAST)])
    text = f"What {name} says to those who have the page already, beside the page in Brotli."
    return Table("Not changed", text, ["page", "304", "200", "ratio", f"≥ {AS_FAST}"], rows)


def pages(paper: Paper) -> dict[str, str]:
    """Return the path of a page of each public type."""
    return {
        "home": "/",
        "section": "/analysis/",
        "tag": "/tags/rivers/",
        "article": paper.facts["article"],
        "feed": "/feed/",
        "sitemap": "/sitemap-1.xml",
    }


@contextmanager
def static_copies(
    server: Server, cases: Sequence[Case], *, listen: str = "", scheme: str = "http"
) -> Iterator[tuple[Server, Server]]:
    """Run an nginx that has the bytes of these pages, as a server sends them in each encoding, as files.

    There it opens them each time, and once more where it keeps them open.
    """
    folder = places.FOLDER / "static"
    folder.mkdir(parents=True, exist_ok=True)
    locations = {}
    for case in cases:
        encoding = case.way.encoding
        headers, body = fetch(server, case.path, {"Accept-Encoding": encoding} if encoding else {})
        (folder / case.file_name).write_bytes(body)
        locations[case.file_name] = static_location(f"/{case.file_name}", folder / case.file_name, headers)
    files = "\n".join(locations.values())
    ports = {"open_file_cache off": free_port(), "open_file_cache max=1000 inactive=5m": free_port()}
    sites = [f"server {{ listen 127.0.0.1:{port}{listen}; {how}; {files} }}" for how, port in ports.items()]
    urls = [f"{scheme}://127.0.0.1:{port}" for port in ports.values()]
    with nginx(STATIC, folder, "\n".join(sites), urls[0]) as static:
        yield static, replace(static, name=KEPT_OPEN, url=urls[1])


def alternate(cases: Sequence[Case], servers: Sequence[Server], scale: Scale) -> None:
    """Put the servers under load, one after the other with each case, and all of it again and again."""
    bar = Bar("Load", scale.repeats * len(cases) * len(servers), "times")
    for turn in range(scale.repeats):
        for case in cases:
            for server in servers if turn % 2 == 0 else reversed(servers):
                case.run(server, scale.seconds)
                bar.step(1, f"{server.name}, {case.page}, {case.way.name}")
    bar.end()


def compared(title: str, text: str, cases: Sequence[Case], ours: str, *, target: float) -> Table:
    """Return a table of a candidate beside static files, and what is aimed at."""
    rows = []
    for case in cases:
        cpu = middle([done.cpu_per_request for done in case.loads[ours]])
        figures = [number(case.per_second(ours)), f"{cpu:.3f} ms"]
        for other in (STATIC, KEPT_OPEN):
            figures += [number(case.per_second(other)), f"{case.ratio(ours, other):.2f}"]
        is_held = held(case.ratio(ours, STATIC) >= target) if case.way.has_body else ""
        rows.append([case.page, case.way.name, *figures[:4], is_held, *figures[4:]])
    columns = [ours, "CPU per request", STATIC, "ratio", f"≥ {target:.2f}", KEPT_OPEN, "ratio"]
    return Table(title, text, ["page", "asked for", *columns], rows)
