"""The server: workers that answer readers, an intake that answers what may write, and a parent that watches them.

They are copies of one process that has loaded the site. A copy shares the memory of what it was copied from until one
of the two writes to it. So the parent loads the site, forks the others, and then begins anew as a bare Python (`exec`
keeps its children), which costs a few megabytes. When one of them has ended it loads the site once more, and replaces
it; the others go on meanwhile.

It is a program of its own, started by `manage.py serve`, and imports little: `python -m kiwiguard.server HOST PORT
WORKERS`.
"""

import os
import signal
import socket
import sys
import time
from collections import Counter
from importlib import import_module

STOPPING = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM}
SIGNALS = STOPPING | {signal.SIGCHLD}
PAUSE = 1.0  # seconds before another try to load the site
WORKER, INTAKE = "worker", "intake"

Way = tuple[socket.socket, socket.socket]  # from the workers to the intake: where they write, and where it reads


def main(host: str, port: int, workers: int, way: Way, running: dict[int, str]) -> None:
    """Keep all processes running, until a signal says to stop; raises what keeps the first from being started.

    `running` has the process ids of those that were started before, and what each is.
    """
    # They are asked for, here and in the others, so that none comes at a bad moment.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    while not (missing := Counter({WORKER: workers, INTAKE: 1}) - Counter(running.values())):
        if signal.sigwait(SIGNALS) in STOPPING:
            stop(way, running)
            return
        for pid in ended():
            running.pop(pid, None)
    try:
        start(host, port, way, running, missing)
    except (Exception, SystemExit):
        if not running:
            raise
        sys.excepthook(*sys.exc_info())
        time.sleep(PAUSE)
        if signal.sigpending() & STOPPING:
            stop(way, running)
            return
    begin_anew(host, port, workers, way, running)


def start(host: str, port: int, way: Way, running: dict[int, str], missing: Counter[str]) -> None:
    """Load the site, and start with it the processes that are missing."""
    site = import_module("kiwiguard.server_processes")  # not above: the parent stays small without it
    write, read = way
    for role in missing.elements():
        pid = os.fork()
        if pid == 0:
            try:
                if role == INTAKE:
                    write.close()  # so that it sees when all others have ended
                    site.answer_what_may_write(read)
                else:
                    read.close()
                    site.answer_readers(host, port, write)
            except Exception:
                site.logger.exception("It couldn't begin to serve.")
            finally:
                os._exit(1)
        running[pid] = role


def ended() -> set[int]:
    """Return the process ids of the children that have ended."""
    pids: set[int] = set()
    try:
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            pids.add(pid)
    except ChildProcessError:  # there is none left
        pass
    return pids


def stop(way: Way, running: dict[int, str]) -> None:
    """Let the workers finish what they are at, and wait for their end; the intake ends last, since they need it."""
    workers = [pid for pid, role in running.items() if role == WORKER]
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    for pid in workers:
        os.waitpid(pid, 0)
    way[0].close()
    for pid in running.keys() - set(workers):
        os.waitpid(pid, 0)


def begin_anew(host: str, port: int, workers: int, way: Way, running: dict[int, str]) -> None:
    """Replace this process by a bare one, which has the same children."""
    for end in way:
        end.set_inheritable(True)
    known = [str(workers), *(str(end.fileno()) for end in way), *(f"{pid}={role}" for pid, role in running.items())]
    command = [sys.executable, "-m", "kiwiguard.server", host, str(port), *known]
    os.execv(sys.executable, command)  # noqa: S606 - our own program, with arguments of our own


def resume(host: str, port: str, workers: str, *known: str) -> None:
    """Begin with the arguments of the program, or go on with what `begin_anew` added to them."""
    write, read = (socket.socket(fileno=int(end)) for end in known[:2]) if known else socket.socketpair()
    running = {int(pid): role for pid, role in (part.split("=") for part in known[2:])}
    main(host, int(port), int(workers), (write, read), running)


if __name__ == "__main__":
    resume(*sys.argv[1:])
