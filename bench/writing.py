"""Replies: what it costs to store one, and how it goes when many are posted at once, beside readers."""

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from itertools import count
from urllib.parse import urlencode

from bench.load import load
from bench.papers import Paper
from bench.plot import Chart
from bench.progress import Bar
from bench.report import Part, Table, held, middle, number
from bench.scale import Scale
from bench.servers import Server, site

CPU, P99, READS = 3.0, 250.0, 0.8
CLIENTS = 16
PAUSES = (0.0, 1.0)  # seconds between the replies of one client
MORE = 1.0  # seconds that each trial takes longer than plain load
WARMING = 20  # posts before one by one is measured: each thread of the server opens what it keeps open
FORMS = 200  # articles that the replies are spread over
FORM = "application/x-www-form-urlencoded"


@dataclass
class Writers:
    """Clients that post one reply after the other: how many milliseconds each post took, and what went wrong."""

    pause: float
    taken: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def figures(self) -> list[str]:
        """Return how many there were, how many failed, the median and the 99th percentile, and whether that is met."""
        ordered = sorted(self.taken) or [math.inf]
        p99 = ordered[int(0.99 * len(ordered))]
        times = [f"{number(middle(ordered))} ms", f"{number(p99)} ms"]
        return [f"{len(self.taken):,}", str(len(self.failed)), *times, held(p99 <= P99 and not self.failed)]


class Trial:
    """Writers that rest for so long after each post: what they find, and what readers do without and beside them."""

    def __init__(self, pause: float) -> None:
        self.name = f"every {pause:.0f} s" if pause else "at once again"
        self.beside, self.alone = Writers(pause), Writers(pause)
        self.unharmed: list[float] = []
        self.harmed: list[float] = []


def measure(scale: Scale) -> Part:
    """Measure it on each database, on a copy of a paper that is thrown away."""
    costs: list[list[str]] = []
    alone: list[list[str]] = []
    rows: list[list[str]] = []
    bars: list[tuple[str, float]] = []
    for database in scale.databases:
        paper = Paper(database, scale.sizes[0])
        paper.make()
        with paper.copied() as scratch, scratch.process() as process:
            rules = process.do("switch rules on")
            taken = process.do("post", times=scale.posts)
            cpu = middle(taken["cpu"])
            figures = [f"{number(cpu)} ms", f"{number(middle(taken['wall']))} ms", held(cpu <= CPU)]
            costs.append([database, *figures, str(len(rules))])
            bars.append((f"on {database}", cpu))
            scratch.do_chores()
            forms = process.do("forms", articles=FORMS)
            with site(scratch, TRUSTED_PROXIES="127.0.0.1") as server:
                alone.append([database, *_one_by_one(server, forms, scale.posts)])
                rows += _at_once(database, server, scratch.facts["article"], forms, scale)
    charts = [Chart("One reply stored, milliseconds of CPU", bars, target=CPU)]
    tables = [_cost_table(costs, scale), _alone_table(alone, scale), _trial_table(rows, scale)]
    return Part("writing", "Writing", tables, charts)


def _cost_table(rows: list[list[str]], scale: Scale) -> Table:
    text = (
        "Through the whole application in one process, with all rules on (the one that asks another site has no key"
        f" for it): the median of {scale.posts}."
    )
    return Table("One reply stored", text, ["database", "CPU", "clock", f"≤ {CPU:.0f} ms of CPU", "rules"], rows)


def _alone_table(rows: list[list[str]], scale: Scale) -> Table:
    text = (
        f"One client posts {scale.posts} replies, each as soon as it has the answer to the last, and nobody reads. CPU"
        " is that of all processes of the server, without PostgreSQL."
    )
    return Table("One client, through the server", text, ["database", "failed", "p50", "p99", "CPU of each"], rows)


def _trial_table(rows: list[list[str]], scale: Scale) -> Table:
    text = (
        f"{CLIENTS} clients post replies from an address each, one after the other, while `wrk -t2 -c16` reads an"
        f" article, and while nobody reads; {scale.repeats} times {scale.seconds + MORE:.0f} s of each. The last column"
        " compares the kept pages a second that were read beside the writers with those read without any."
    )
    columns = ["database", "each client posts", "beside", "posted", "failed", "p50", "p99", f"≤ {P99:.0f} ms", "reads"]
    return Table(f"{CLIENTS} clients at once", text, [*columns, f"≥ {READS}"], rows)


def _one_by_one(server: Server, forms: list[tuple[str, str]], times: int) -> list[str]:
    """Return how many posts of one client failed, their median and 99th percentile, and what each cost the server."""
    writers = Writers(0)
    with closing(_connect(server)) as connection:
        for _ in range(WARMING):
            _post(connection, forms, Writers(0))
        cpu = server.cpu_seconds()
        for _ in range(times):
            _post(connection, forms, writers)
        cpu = server.cpu_seconds() - cpu
    _, failed, p50, p99, _ = writers.figures()
    return [failed, p50, p99, f"{number(1000 * cpu / times)} ms"]


def _at_once(
    database: str, server: Server, article: str, forms: list[tuple[str, str]], scale: Scale
) -> Iterator[list[str]]:
    """Yield the rows of one database: writers that never rest and writers that do, beside readers and alone."""
    trials = [Trial(pause) for pause in PAUSES]
    seconds = scale.seconds + MORE
    bar = Bar(f"Writers on {database}", scale.repeats * len(trials), "times")
    for _ in range(scale.repeats):
        for trial in trials:
            trial.unharmed.append(_read(server, article, seconds))
            with posting(server, forms, trial.beside):
                trial.harmed.append(_read(server, article, seconds))
            with posting(server, forms, trial.alone):
                time.sleep(seconds)
            bar.step(1, trial.name)
    bar.end()
    for trial in trials:
        reads = middle([one / two for one, two in zip(trial.harmed, trial.unharmed, strict=True)])
        yield [database, trial.name, "readers", *trial.beside.figures(), f"{reads:.2f}", held(reads >= READS)]
        yield [database, trial.name, "nobody", *trial.alone.figures(), "", ""]


def _read(server: Server, path: str, seconds: float) -> float:
    return load(server, path, seconds=seconds, headers={"Accept-Encoding": "br"}).per_second


@contextmanager
def posting(server: Server, forms: list[tuple[str, str]], writers: Writers) -> Iterator[None]:
    """Have clients post replies meanwhile."""
    is_over = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(_post_until, is_over, server, forms, writers, number) for number in range(CLIENTS)]
        try:
            yield
        finally:
            is_over.set()
    for client in clients:
        client.result()


def _post_until(
    is_over: threading.Event, server: Server, forms: list[tuple[str, str]], writers: Writers, client: int
) -> None:
    with closing(_connect(server)) as connection:
        is_over.wait(writers.pause * client / CLIENTS)  # so that those who rest don't come all together
        while not is_over.is_set():
            _post(connection, forms, writers)
            is_over.wait(writers.pause)


def _connect(server: Server) -> HTTPConnection:
    return HTTPConnection(server.url.removeprefix("http://"), timeout=30)


def _post(connection: HTTPConnection, forms: list[tuple[str, str]], writers: Writers) -> None:
    """Post a reply, and note how it went."""
    path, body, headers = _reply(forms)
    began = time.perf_counter()
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException) as error:
        writers.failed.append(repr(error))
        connection.close()  # the next request opens it again
        return
    writers.taken.append(1000 * (time.perf_counter() - began))
    if response.status != HTTPStatus.SEE_OTHER:
        writers.failed.append(f"{response.status} {response.reason}")


def _reply(forms: list[tuple[str, str]]) -> tuple[str, str, dict[str, str]]:
    """Return where to post a reply like no other, what, and with which headers: it comes from an address of its own."""
    number = next(_numbers)
    path, token = forms[number % len(forms)]
    said = f"What a reader thinks of it, in a sentence or two, of which this one is of {number:x}."
    fields = {"name": "Aroha", "email": f"writer-{number}@hidden.invalid", "body": said, "token": token}
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return path, urlencode(fields), {"Content-Type": FORM, "X-Forwarded-For": address}


_numbers = count(time.time_ns() // 1000)  # of replies, whose addresses and texts are made of it
