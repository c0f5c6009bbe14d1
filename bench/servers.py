"""Starting servers on ports of their own, and what they cost; each is ended with the block that started it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench import places
from bench.papers import BenchError, Paper

WORKERS = 2
PATIENCE = 120.0  # seconds for a server to answer
GRACE = 10.0  # seconds for one to end


def require(*programs: str, package: str = "") -> None:
    """Raise BenchError, with what to install, unless these programs are there."""
    for program in programs:
        if not shutil.which(program):
            raise BenchError(f"{program} is missing: apt-get install {package or program}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server that runs: under which name its figures stand, where, and as which process."""

    name: str
    url: str
    process: "subprocess.Popen[bytes]"
    took: float = 0.0  # seconds until it answered
    others: list["Server"] = field(default_factory=list)  # that it can't do without

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its processes."""
        ticks = sum(sum(map(int, _stat(pid)[11:13])) for pid in family(self.process.pid))
        return ticks / os.sysconf("SC_CLK_TCK") + sum(other.cpu_seconds() for other in self.others)

    def pss_megabytes(self) -> float:
        """Return the memory of all its processes, what several share divided among them."""
        return sum(_pss(pid) for pid in family(self.process.pid)) / 1024


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for parent in found:  # which grows meanwhile
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def answers(url: str, path: str = "/") -> bool:
    """Whether a server answers."""
    host, _, port = url.rpartition("//")[2].partition(":")
    connection = HTTPConnection(host, int(port), timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500  # noqa: PLR2004 - a server's own error
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def running(
    name: str,
    command: list[str],
    url: str,
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    is_up: Callable[[], bool] | None = None,
) -> Iterator[Server]:
    """Run a server until the block ends; raises BenchError if it doesn't answer."""
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("ab") as said:
        process = subprocess.Popen(
            command, cwd=places.ROOT, env=environment, stdout=said, stderr=said, start_new_session=True
        )
    server = Server(name, url, process)
    try:
        while not (is_up or (lambda: answers(url)))():
            if process.poll() is not None or time.monotonic() > began + PATIENCE:
                raise BenchError(f"{name} doesn't answer at {url}; {log} says why.")
            time.sleep(0.02)
        server.took = time.monotonic() - began
        yield server
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a server, and whatever of its session is left of it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def site(paper: Paper, port: int = 0, **variables: str) -> Iterator[Server]:
    """Serve a paper as `make run` does."""
    port = port or free_port()
    environment = paper.environment(WEB_CONCURRENCY=str(WORKERS), PORT=str(port), **variables)
    command = [sys.executable, "manage.py", "serve"]
    url = f"http://127.0.0.1:{port}"
    log = paper.folder / "serve.log"
    is_up = lambda: answers(url, "/healthz")  # noqa: E731 - a name would say no more
    with running("Kiwi Guard", command, url, log=log, environment=environment, is_up=is_up) as server:
        yield server


NGINX = """
{modules}
user {user};
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    access_log {access_log};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    sendfile on;
    tcp_nopush on;
    {site}
}}
"""


@contextmanager
def nginx(
    name: str, folder: Path, site: str, url: str, *, modules: str = "", access_log: str = "off"
) -> Iterator[Server]:
    """Run an nginx with a site."""
    require("nginx")
    folder.mkdir(parents=True, exist_ok=True)
    user = "root" if os.geteuid() == 0 else "nobody"
    configuration = NGINX.format(
        modules=modules, user=user, workers=WORKERS, folder=folder, access_log=access_log, site=site
    )
    (folder / "nginx.conf").write_text(configuration)
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-g", "daemon off;"]
    port = int(url.rpartition(":")[2])
    is_up = lambda: _listens(port)  # noqa: E731 - a name would say no more
    with running(name, command, url, log=folder / "nginx.log", is_up=is_up) as server:
        yield server


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def static_location(path: str, file: Path, headers: Mapping[str, str]) -> str:
    """Return the part of a site that answers at a path with the bytes of a file."""
    kind = headers.get("content-type", "text/plain")
    lines = ['default_type "";' if not kind else f'default_type "{kind}";', "types { }", f"alias {file};"]
    if "content-encoding" in headers:
        lines.append(f"add_header Content-Encoding {headers['content-encoding']};")
    return f"location = {path} {{ {' '.join(lines)} }}"
