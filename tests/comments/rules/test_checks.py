"""Each rule fires on what it is for, says why, and leaves the rest alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from comments.models import Block, Comment, Rule
from comments.rules.checks import CHECKS, Fired
from comments.rules.submission import Submission
from tests.factories import make_approved_reply, make_article, make_reply

pytestmark = pytest.mark.django_db


def fired(name: str, reply: Comment, **seen: Any) -> Fired | None:
    return CHECKS[name](Submission(reply, **seen), Rule.objects.get(name=name))


def test_every_rule_of_the_table_has_its_function() -> None:
    assert set(Rule.objects.values_list("name", flat=True)) == set(CHECKS)


@pytest.mark.parametrize(
    ("pattern", "body", "is_found"),
    [
        ("casino", "Visit our CASINO now", True),
        ("casino", "casinos are closed", False),
        ("casino*", "casinos are closed", True),
        ("cheap pills", "cheap \n pills", True),
        ("māori", "He reo Māori", True),
        ("a.c", "abc", False),
        ("(", "a ( b", True),
    ],
)
def test_blocked_words_are_whole_words_in_any_case(pattern: str, body: str, is_found: bool) -> None:
    Block(kind="word", pattern=pattern).save()
    assert bool(fired("blocked", make_reply(make_article(), body=body))) == is_found


@pytest.mark.parametrize(
    ("pattern", "is_found"), [("Bad@hidden.invalid", True), ("@hidden.invalid", True), ("other@hidden.invalid", False)]
)
def test_blocked_addresses_match_and_are_not_kept(pattern: str, is_found: bool) -> None:
    block = Block(kind="address", pattern=pattern)
    block.full_clean()
    block.save()
    found = fired("blocked", make_reply(make_article(), email="bad@hidden.invalid"), email="bad@hidden.invalid")
    assert bool(found) == is_found
    assert "hidden.invalid" not in str(block) + str(found)


@pytest.mark.parametrize(
    ("pattern", "address", "is_found"),
    [
        ("192.0.2.0/24", "192.0.2.77", True),
        ("192.0.2.0/24", "192.0.3.1", False),
        ("2001:db8:1:2:3::/80", "2001:db8:1:2::", True),
        ("2001:db8::/32", "192.0.2.1", False),
        ("192.0.2.0/24", "", False),
    ],
)
def test_blocked_networks(pattern: str, address: str, is_found: bool) -> None:
    Block(kind="network", pattern=pattern).save()
    assert bool(fired("blocked", make_reply(make_article()), address=address)) == is_found


def test_the_trap_and_the_clock() -> None:
    reply = make_reply(make_article())
    assert fired("honeypot", reply, sprang_trap=True)
    assert fired("honeypot", reply) is None
    assert fired("too_quick", reply, open_for=timedelta(seconds=1))
    assert fired("too_quick", reply, open_for=timedelta(seconds=5)) is None
    assert fired("too_quick", reply) is None


def test_more_links_than_allowed() -> None:
    article = make_article()
    assert fired("links", make_reply(article, body="http://a.example www.b.example https://c.example")) is None
    found = fired("links", make_reply(article, body="http://a.example " * 4))
    assert found == Fired("It holds 4 links.", {"links": 4})


def test_a_text_that_came_before() -> None:
    article = make_article()
    first = make_reply(article, body="Buy 12 cheap pills")
    second = make_reply(article, body="buy 99 cheap pills!")
    assert fired("duplicate", first) is None
    found = fired("duplicate", second)
    assert found is not None
    assert found.seen == {"replies": [first.pk]}
    Comment.objects.filter(pk=first.pk).update(submitted_at=timezone.now() - timedelta(days=31))
    assert fired("duplicate", second) is None


def test_a_flood_from_one_connection() -> None:
    article = make_article()
    replies = [make_reply(article, client="c") for _ in range(6)]
    assert fired("flooding", replies[4]) is None
    assert fired("flooding", replies[5])
    assert fired("flooding", make_reply(article, client="d")) is None


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("THIS IS AN OUTRAGE AND A SCANDAL", True),
        ("NATO and AUKUS", False),
        ("Whaaaaaaaaaaaaat", True),
        ("A calm sentence about the ports.", False),
        ("漢字だけの返信です。" * 5, False),
    ],
)
def test_shouting(body: str, is_found: bool) -> None:
    assert bool(fired("shouting", make_reply(make_article(), body=body))) == is_found


def test_an_address_in_the_text_is_not_repeated() -> None:
    found = fired("address_in_text", make_reply(make_article(), body="Write to me@hidden.invalid."))
    assert found is not None
    assert "hidden" not in f"{found}"
    assert fired("address_in_text", make_reply(make_article(), body="@somebody wrote")) is None


def returning(**latest: Any) -> Fired | None:
    return fired("returning", make_reply(make_article(), email="known@hidden.invalid", **latest))


def approve_before(count: int, **fields: Any) -> None:
    earlier = timezone.now() - timedelta(days=3)
    for _ in range(count):
        make_approved_reply(
            make_article(), email="known@hidden.invalid", submitted_at=earlier, **{"proven_at": earlier, **fields}
        )


def test_a_known_commenter_needs_a_proof_for_this_very_reply() -> None:
    approve_before(3)
    assert returning() is None
    assert returning(proven_at=timezone.now())


def test_too_few_or_unproven_earlier_replies_are_not_enough() -> None:
    approve_before(2)
    approve_before(5, proven_at=None)
    assert returning(proven_at=timezone.now()) is None


def test_a_late_refusal_is_remembered() -> None:
    approve_before(3)
    refused_at = timezone.now() - timedelta(days=10)
    make_reply(
        make_article(),
        email="known@hidden.invalid",
        status="rejected",
        submitted_at=refused_at,
        decided_at=refused_at,
    )
    assert returning(proven_at=timezone.now()) is None
    Comment.objects.filter(status="rejected").update(decided_at=timezone.now() - timedelta(days=91))
    assert returning(proven_at=timezone.now())
