"""Letting the rules look at a reply."""

from collections.abc import Iterable

from comments.models import Answer, Comment, Finding, Policy, Rule
from comments.models.queryset import Verdict
from comments.rules.checks import CHECKS
from comments.rules.submission import Submission


def judge(submission: Submission, rules: Iterable[Rule]) -> list[Finding]:
    """Return what every rule that fires found, in the rules' order: the first decides. Nothing is stored."""
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
    for finding in findings:
        finding.comment = reply
    Finding.objects.bulk_create(findings)


def judge_proven(reply: Comment, policy: Policy) -> None:
    """Let the rule about returning commenters look, once the address of a reply is proven."""
    rule = Rule.objects.in_force().filter(name="returning").first()
    earlier = list(reply.findings.all())
    if rule is None or any(finding.rule == rule.name for finding in earlier):
        return
    found = judge(Submission(reply), [rule])
    if not found:
        return
    order = {name: place for place, name in enumerate(Rule.objects.values_list("name", flat=True))}
    together = sorted([*earlier, *found], key=lambda finding: order.get(finding.rule, -1))
    for position, finding in enumerate(together, 1):
        finding.pk, finding.position = None, position
    reply.findings.all().delete()
    keep(together, reply)
    verdict = verdict_on(together, policy)
    if verdict:
        Comment.objects.pending().filter(pk=reply.pk).decide(verdict)
