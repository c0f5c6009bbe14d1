"""Doing what the bench says: one JSON order a line on stdin, one JSON answer a line on stdout."""

import json
import sys
from collections.abc import Callable
from typing import Any

from bench.inside import asking, posting
from bench.making.paper import make_paper

DO: dict[str, Callable[..., Any]] = {
    "make": make_paper,
    "pages": asking.pages,
    "articles": asking.articles,
    "content": asking.content,
    "get ready": asking.get_ready,
    "count": asking.count_queries,
    "time": asking.time_cold,
    "expire": asking.expire,
    "switch rules on": posting.switch_rules_on,
    "forms": posting.forms,
    "post": posting.time_posts,
}


def obey_all() -> None:
    """Obey until there are no more orders; whatever else is printed goes to stderr."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        order = json.loads(line)
        answers.write(json.dumps(DO[order.pop("do")](**order)) + "\n")
        answers.flush()
