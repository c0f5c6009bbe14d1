"""The server: worker processes that are copies of one which has loaded the site, and a parent that watches them.

A copy shares the memory of what it was copied from until one of the two writes to it. So the parent loads the site,
forks the workers, and then begins anew as a bare Python (`exec` keeps its children), which costs a few megabytes. When
a worker has ended it loads the site once more, and replaces it; the others go on meanwhile.

It is a program of its own, started by `manage.py serve`: `python -m kiwiguard.server HOST PORT WORKERS`.
"""

import os
import signal
import sys
import time
import traceback
from importlib import import_module

STOPPING = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM}
SIGNALS = STOPPING | {signal.SIGCHLD}
PAUSE = 1.0  # seconds before another try to load the site


def main(host: str, port: int, workers: int, running: set[int]) -> None:
    """Keep as many workers running, until a signal says to stop; raises what keeps the first from being started."""
    # They are asked for, here and in the workers, so that none comes at a bad moment.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    while len(running) == workers:
        if signal.sigwait(SIGNALS) in STOPPING:
            stop(running)
            return
        running -= ended()
    try:
        running |= started(host, port, workers - len(running))
    except Exception:
        if not running:
            raise
        traceback.print_exc()
        time.sleep(PAUSE)
    begin_anew(host, port, workers, running)


def started(host: str, port: int, count: int) -> set[int]:
    """Load the site, and start workers with it; return their process ids."""
    worker = import_module("kiwiguard.server_worker")  # not above: the parent stays small without it
    pids = set()
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            try:
                worker.serve(host, port)
            finally:
                os._exit(1)
        pids.add(pid)
    return pids


def ended() -> set[int]:
    """Return the process ids of the workers that have ended."""
    pids: set[int] = set()
    try:
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            pids.add(pid)
    except ChildProcessError:  # there is none left
        pass
    return pids


def stop(running: set[int]) -> None:
    """Let the workers finish what they are at, and wait for their end."""
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    for pid in running:
        os.waitpid(pid, 0)


def begin_anew(host: str, port: int, workers: int, running: set[int]) -> None:
    """Replace this process by a bare one, which watches the workers that run."""
    command = [sys.executable, "-m", "kiwiguard.server", host, str(port), str(workers), *map(str, running)]
    os.execv(sys.executable, command)  # noqa: S606 - our own program, with arguments of our own


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), set(map(int, sys.argv[4:])))
