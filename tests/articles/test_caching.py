"""What many pages show alike is read once for all of them, and never shown once it has changed."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from articles.caching import Common


class Known:
    """A freshness: what was changed, and at which moment."""

    def __init__(self) -> None:
        self.changed: dict[str, int] = {}

    def is_fresh(self, keys: list[str], since: int) -> bool:
        return all(self.changed.get(key, 0) <= since for key in keys)


@pytest.fixture
def known() -> Known:
    return Known()


@pytest.fixture
def said() -> list[str]:
    return ["first"]


@pytest.fixture
def common(said: list[str]) -> Common[Any]:
    return Common("motto", lambda: said.pop(0))


def asked(known: Known, moment: int) -> HttpRequest:
    request = RequestFactory().get("/")
    request.META["page_store.as_of"] = known, moment
    return request


def test_it_is_read_once_for_all_pages(common: Common[Any], known: Known) -> None:
    assert [common.as_of(asked(known, moment)) for moment in (3, 3, 5)] == ["first"] * 3


def test_a_change_of_it_has_it_read_again_and_another_change_does_not(
    common: Common[Any], known: Known, said: list[str]
) -> None:
    common.as_of(asked(known, 3))
    known.changed["article-7"] = 4
    assert common.as_of(asked(known, 4)) == "first"
    known.changed["motto"] = 5
    said.append("second")
    assert common.as_of(asked(known, 5)) == "second"


def test_what_was_read_while_it_changed_is_read_again(common: Common[Any], known: Known, said: list[str]) -> None:
    known.changed["motto"] = 4
    said += ["second"]
    common.as_of(asked(known, 3))
    assert common.as_of(asked(known, 4)) == "second"
    assert common.as_of(asked(known, 4)) == "second"


def test_where_nobody_knows_what_has_changed_it_is_read_each_time(common: Common[Any], said: list[str]) -> None:
    said += ["second"]
    assert [common.as_of(RequestFactory().get("/")) for _ in range(2)] == ["first", "second"]
