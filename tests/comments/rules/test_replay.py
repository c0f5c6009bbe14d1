"""Trying a rule on what was decided."""

import pytest

from comments.models import Rule
from comments.rules.replay import replay
from tests.factories import make_approved_reply, make_article, make_reply

pytestmark = pytest.mark.django_db


def test_a_rule_says_what_it_would_have_done() -> None:
    article = make_article()
    make_approved_reply(article, body="http://a.example http://b.example")
    make_approved_reply(article, body="Two http://c.example http://d.example")
    make_approved_reply(article, body="None.")
    make_reply(article, status="spam", body="http://e.example http://f.example")
    make_reply(article, body="Waits: http://g.example http://h.example")
    rule = Rule.objects.get(name="links")
    rule.threshold = 1
    assert str(replay(rule)) == (
        "Of the last 4 decided replies it would have held 3, of which 2 were approved, 1 was spam."
    )
    assert Rule.objects.get(name="links").threshold == 3


def test_without_decisions_there_is_nothing_to_try() -> None:
    assert "nothing to try" in str(replay(Rule.objects.get(name="links")))
