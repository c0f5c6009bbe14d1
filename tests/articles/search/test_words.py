"""Words are stemmed alike, whoever else is at it."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from articles.search.words import stem

WORDS = ["governments", "relational", "conditionally", "harbours", "nationalisation", "sensibilities", "ports"] * 200


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_threads_that_stem_at_once_get_what_one_gets(hasty_threads: None) -> None:
    alone = [stem(word) for word in WORDS]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda _: [stem(word) for word in WORDS], range(4)))
    assert together == [alone] * 4
