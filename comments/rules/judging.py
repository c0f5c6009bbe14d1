"""Letting the rules look at a reply."""

import json
from collections.abc import Iterable

from articles.asking import put
from comments.models import Answer, Comment, Finding, Policy, Rule
from comments.models.queryset import Verdict
from comments.rules.checks import CHECKS
from comments.rules.submission import Submission

# What these look at is known only when the form comes in, or is asked elsewhere.
SEEN_ONCE = frozenset({"blocked", "honeypot", "too_quick", "flooding", "akismet", "returning"})
_KEEP = "INSERT INTO comments_finding (comment_id, position, rule, answer, reason, seen) VALUES {}"


def judge(submission: Submission, rules: Iterable[Rule]) -> list[Finding]:
    """Return what each of some rules found that fires, in their order: the first decides. Nothing is stored."""
    findings: list[Finding] = []
    for rule in rules:
        fired = CHECKS[rule.name](submission, rule)
        if fired:
            findings.append(
                Finding(
                    position=len(findings) + 1,
                    rule=rule.name,
                    answer=rule.answer,
                    reason=fired.reason[:300],
                    seen=fired.seen,
                )
            )
    return findings


def verdict_on(findings: list[Finding], policy: Policy) -> Verdict | None:
    """Return what the deciding finding leads to without a person; None if a person has to decide."""
    deciding = findings[0] if findings else None
    if deciding is None or deciding.answer == Answer.HOLD:
        return None
    if deciding.answer == Answer.APPROVE:
        if not policy.may_approve:
            return None
        return Verdict(Comment.Status.APPROVED, rule=deciding.rule, reason=deciding.reason)
    return Verdict(Comment.Status.SPAM, rule=deciding.rule, reason=deciding.reason)


def keep(findings: list[Finding], reply: Comment) -> None:
    """Store what was found on a reply."""
    if findings:
        put(_KEEP, [(reply.pk, it.position, it.rule, it.answer, it.reason, json.dumps(it.seen)) for it in findings])


def judge_again(reply: Comment) -> None:
    """Let the rules look at a reply whose text has changed; what they saw of the first form is kept."""
    earlier = [finding for finding in reply.findings.all() if finding.rule in SEEN_ONCE]
    submission = Submission(reply)
    again = [rule for rule in submission.house.rules if rule.name not in SEEN_ONCE]
    _keep_in_order([*earlier, *judge(submission, again)], reply)


def judge_proven(reply: Comment, policy: Policy) -> None:
    """Let the rule about returning commenters look, once the address of a reply is proven."""
    earlier = list(reply.findings.exclude(rule="returning"))
    submission = Submission(reply)
    returning = [rule for rule in submission.house.rules if rule.name == "returning"]
    together = _keep_in_order([*earlier, *judge(submission, returning)], reply)
    verdict = verdict_on(together, policy)
    if verdict and verdict.rule == "returning":
        Comment.objects.pending().filter(pk=reply.pk).decide(verdict)


def _keep_in_order(findings: list[Finding], reply: Comment) -> list[Finding]:
    order = {name: place for place, name in enumerate(Rule.objects.values_list("name", flat=True))}
    findings.sort(key=lambda finding: order.get(finding.rule, -1))
    reply.findings.all().delete()
    for position, finding in enumerate(findings, 1):
        finding.position = position
    keep(findings, reply)
    return findings
