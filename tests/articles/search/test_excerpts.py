"""The part of an article that shows why it was found."""

import sys

from articles.search.excerpts import excerpt, marked
from articles.search.query import Term


def words_of(text: str, term: str) -> str:
    return "".join(part.text for part in excerpt(text, [Term((term,))]))


def test_an_excerpt_is_where_most_of_the_words_stand_together() -> None:
    far, near = "port and nothing else " * 2, "port of ports, a port "
    text = f"{far}{'word ' * 100}{near}{'word ' * 100}port"
    assert "port of ports, a port" in words_of(text, "port")
    assert [part.text for part in marked("The port.", [Term(("port",))]) if part.is_match] == ["port"]


def test_a_word_that_comes_often_costs_no_more_for_each_time() -> None:
    def calls(times: int) -> int:
        made = []
        text = "port of call " * times
        sys.setprofile(lambda _frame, event, _fact: made.append(event))
        try:
            words_of(text, "port")
        finally:
            sys.setprofile(None)
        return len(made)

    assert calls(800) < 3 * calls(400)
