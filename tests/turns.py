"""In which order a change takes turns and locks rows: turns come first, and the paper's before that of the replies."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models.turn import Turn, take_turn

_TAKEN = re.compile(
    r'pg_advisory_xact_lock\((\d+)\)|^(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)|FOR (?:NO KEY )?UPDATE OF "(\w+)"'
)


def taken_by(change: Callable[[], object]) -> list[str]:
    """Return the turns that a change takes and the tables whose rows it locks, in order; on PostgreSQL."""
    with CaptureQueriesContext(connection) as queries:
        change()
    found = filter(None, (_TAKEN.search(query["sql"]) for query in queries.captured_queries))
    return [Turn(int(match[1])).name if match[1] else match[2] or match[3] for match in found]


def while_it_waits(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Have a colleague do something while the next change of the paper waits for its turn."""
    to_do = [do]

    def wait(turn: Turn) -> None:
        if to_do:
            to_do.pop()()
        take_turn(turn)

    monkeypatch.setattr("articles.models.change.take_turn", wait)
