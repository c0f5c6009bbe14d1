"""What a rule would have done with the replies that people have already decided on."""

from collections import Counter
from dataclasses import dataclass

from comments.models import Answer, Comment, Rule
from comments.models.queryset import Status
from comments.rules.checks import CHECKS
from comments.rules.submission import Submission

REPLAYED = 1_000
WOULD = {
    Answer.HOLD: "would have held {}",
    Answer.SPAM: "would have filed {} as spam",
    Answer.APPROVE: "would have approved {}",
}
KEPT_NOTHING = frozenset({"honeypot", "too_quick", "akismet"})  # what they look at isn't kept


@dataclass(frozen=True)
class Replay:
    """On how many of the latest decided replies a rule would have fired, by what became of them."""

    answer: str
    looked_at: int
    fired: Counter[str]

    def __str__(self) -> str:
        if not self.looked_at:
            return "No reply has been decided yet: there is nothing to try the rule on."
        parts = [f"{count} {'was' if count == 1 else 'were'} {status}" for status, count in self.fired.most_common()]
        outcome = f", of which {', '.join(parts)}" if parts else ""
        would = WOULD[Answer(self.answer)].format(f"{self.fired.total():,}")
        return f"Of the last {self.looked_at:,} decided replies it {would}{outcome}."


def replay(rule: Rule) -> Replay:
    """Try a rule, as it is in memory, on the last REPLAYED decided replies."""
    replies = _latest_decided()
    check = CHECKS[rule.name]
    fired = Counter(Status(reply.status).label.lower() for reply in replies if check(Submission(reply), rule))
    return Replay(rule.answer, len(replies), fired)


def _latest_decided() -> list[Comment]:
    """Return the replies that were decided last; each status has an index of its own order."""
    decided = Comment.objects.filter(staff__isnull=True, decided_at__isnull=False)
    by_time = decided.order_by("-decided_at", "-pk").values_list("decided_at", "pk")
    statuses = (Status.APPROVED, Status.REJECTED, Status.SPAM)
    latest = sorted(row for status in statuses for row in by_time.filter(status=status)[:REPLAYED])[-REPLAYED:]
    return list(Comment.objects.filter(pk__in=[pk for _, pk in latest]))
