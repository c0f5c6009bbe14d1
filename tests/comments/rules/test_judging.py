"""Every rule that fires is kept; the first decides, as far as the policy lets it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments.models import Answer, Comment, Finding, Policy, Rule
from comments.proving import prove
from comments.rules.judging import judge, verdict_on
from comments.rules.submission import Submission
from tests.factories import make_approved_reply, make_article, make_reply

pytestmark = pytest.mark.django_db


def test_all_that_fires_is_kept_in_the_order_of_the_rules() -> None:
    reply = make_reply(make_article(), body="WRITE TO ME AT ME@HIDDEN.INVALID " + "http://a.example " * 4)
    found = judge(Submission(reply, sprang_trap=True), Rule.objects.in_force())
    assert [finding.rule for finding in found] == ["honeypot", "links", "address_in_text"]
    Rule.objects.filter(name="links").update(position=0)
    Rule.objects.filter(name="honeypot").update(is_on=False)
    found = judge(Submission(reply, sprang_trap=True), Rule.objects.in_force())
    assert [finding.rule for finding in found] == ["links", "address_in_text"]


@pytest.mark.parametrize(
    ("answer", "may_approve", "status"),
    [
        (Answer.HOLD, True, None),
        (Answer.SPAM, False, "spam"),
        (Answer.APPROVE, False, None),
        (Answer.APPROVE, True, "approved"),
    ],
)
def test_the_first_finding_decides_within_the_policy(answer: str, may_approve: bool, status: str | None) -> None:
    findings = [Finding(rule="first", answer=answer, reason="So."), Finding(rule="second", answer="spam")]
    verdict = verdict_on(findings, Policy(may_approve=may_approve))
    assert (verdict.status if verdict else None) == status
    assert verdict is None or (verdict.rule, verdict.reason) == ("first", "So.")


def test_by_default_nothing_appears_without_a_person() -> None:
    assert verdict_on([Finding(rule="returning", answer=Answer.APPROVE)], Policy()) is None
    assert verdict_on([], Policy()) is None


def returning_reply(**fields: str) -> Comment:
    earlier = timezone.now() - timedelta(days=3)
    for _ in range(3):
        make_approved_reply(make_article(), email="k@hidden.invalid", submitted_at=earlier, proven_at=earlier)
    return make_reply(make_article(), email="k@hidden.invalid", **fields)


def test_proving_the_address_lets_the_rule_about_returning_commenters_look() -> None:
    reply = returning_reply()
    prove(reply)
    reply.refresh_from_db()
    assert [finding.rule for finding in reply.findings.all()] == ["returning"]
    assert reply.status == "pending"


def test_a_proven_commenter_is_published_where_the_policy_says_so() -> None:
    Policy(may_approve=True).save()
    reply = returning_reply()
    prove(reply)
    reply.refresh_from_db()
    assert reply.status == "approved"
    assert reply.decisions.get().rule == "returning"


def test_an_earlier_rule_that_holds_wins_over_a_proof() -> None:
    Policy(may_approve=True).save()
    reply = returning_reply()
    Finding.objects.create(comment=reply, position=1, rule="links", answer="hold", reason="Links.")
    prove(reply)
    reply.refresh_from_db()
    assert reply.status == "pending"
    assert [finding.rule for finding in reply.findings.all()] == ["links", "returning"]
