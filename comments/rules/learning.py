"""Training the learned filter on the decisions of this site's moderators, and asking it."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from comments.models import Comment, Decision, LearnedFilter
from comments.rules.learned import Counts, Example, Opinion, cross_validate, train

MAX_OF_EACH = 5_000  # the latest; older spam is no longer what comes in
CHUNK = 500


def opinion_on(reply: Comment, counts: Counts | None) -> Opinion | None:
    """Return what the filter thinks of a reply by its latest counts; None while it has seen too little."""
    return counts.opinion(text_of(reply)) if counts and counts.is_ready else None


def text_of(reply: Comment) -> str:
    """Return all of a reply that the filter reads: never its e-mail address."""
    return "\n".join(filter(None, (reply.name, reply.website, reply.body)))


def retrain() -> LearnedFilter:
    """Learn anew from the latest decisions that people made, and keep only the result."""
    examples = list(_examples())
    counts, measure = train(examples), cross_validate(examples)
    learned = LearnedFilter.objects.create(
        approved=counts.approved,
        spam=counts.spam,
        counts={token: list(pair) for token, pair in counts.by_token.items()},
        accuracy=measure.accuracy if measure else None,
        caught=measure.caught if measure else None,
        false_alarms=measure.false_alarms if measure else None,
    )
    LearnedFilter.objects.exclude(pk=learned.pk).delete()
    return learned


def _examples() -> Iterator[Example]:
    # What a rule filed by itself teaches nothing but the rule.
    by_a_person = Decision.objects.filter(comment=OuterRef("pk"), verdict=OuterRef("status"), actor__isnull=False)
    decided = Comment.objects.filter(Exists(by_a_person), staff__isnull=True).only("name", "website", "body", "status")
    for status in (Comment.Status.APPROVED, Comment.Status.SPAM):
        latest = decided.filter(status=status, decided_at__isnull=False).order_by("-decided_at", "-pk")[:MAX_OF_EACH]
        for reply in latest.iterator(CHUNK):
            yield Example(text_of(reply), is_spam=status == Comment.Status.SPAM)
