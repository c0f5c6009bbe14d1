"""Carrying out what a moderator's form asks, and nothing that the moderator didn't see."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import QueryDict
from django.utils.timesince import timesince

from comments.models import Comment, CommentQuerySet, Decision
from comments.models.queryset import Status

VERBS = {
    "approve": (CommentQuerySet.approve, "approved"),
    "reject": (CommentQuerySet.reject, "rejected"),
    "spam": (CommentQuerySet.mark_spam, "filed as spam"),
}
MAX_EXPLAINED = 5
_SEEN = re.compile(r"(\d{1,18})\.(\d{1,9})(?:\.(\d{1,18}))?")


@dataclass(frozen=True)
class Order:
    """What the form asks: a verb, the replies it is for, and the version of each that was on the screen."""

    verb: str
    chosen: list[int]
    seen: dict[int, int]
    note: str


@dataclass(frozen=True)
class Outcome:
    """What became of an order: the replies decided on, in one batch, and a sentence on each that had changed."""

    batch: UUID
    verb: str
    decided: list[int]
    missed: list[str]

    def __str__(self) -> str:
        count = len(self.decided)
        return f"{count} {'reply' if count == 1 else 'replies'} {VERBS[self.verb][1]}."


def read_verb(form: QueryDict) -> str:
    """Return the verb of the button that was pressed; raises BadRequest without one."""
    for verb in VERBS:
        if verb in form:
            return verb
    raise BadRequest("There was no verb among approve, reject and spam.")


def read_order(form: QueryDict) -> Order:
    """Return what a posted form asks; raises BadRequest if it makes no sense."""
    verb = read_verb(form)
    seen, groups = {}, {}
    for entry in form.getlist("seen"):
        parts = _SEEN.fullmatch(entry)
        if parts is None:
            raise BadRequest("A reply is named by its number and version.")
        pk = int(parts[1])
        seen[pk], groups[pk] = int(parts[2]), parts[3]
    value = str(form[verb])
    if value == "selected":
        keys = form.getlist("reply")
    elif value.startswith("group-"):
        keys = [str(pk) for pk, group in groups.items() if group == value.removeprefix("group-")]
    else:
        keys = [value]
    if not all(re.fullmatch(r"\d{1,18}", key) for key in keys):
        raise BadRequest("A reply is named by its number.")
    chosen = list(dict.fromkeys(map(int, keys)))
    note = form.get(f"note-{chosen[0]}", "").strip()[:1000] if len(chosen) == 1 else ""
    return Order(verb, chosen, seen, note)


@transaction.atomic
def carry_out(order: Order, *, by: User) -> Outcome:
    """Decide on the replies that are still as the moderator saw them; tell of the others who decided, and what."""
    batch = uuid4()
    chosen = Comment.objects.locked().filter(pk__in=order.chosen).order_by("pk")
    rows = {reply.pk: reply for reply in chosen.only("pk", "version", "status", "proposed_at", "name")}
    same = {reply.pk for reply in rows.values() if _is_as_seen(reply, order.seen)}
    decide, _ = VERBS[order.verb]
    decide(Comment.objects.filter(pk__in=same), by=by, note=order.note, batch=batch)
    changed = [rows[pk] for pk in order.chosen if pk in rows and pk not in same]
    gone = [f"Reply {pk} is no longer there." for pk in order.chosen if pk not in rows]
    return Outcome(batch, order.verb, sorted(same), [*_explained(changed), *gone])


def _is_as_seen(reply: Comment, seen: dict[int, int]) -> bool:
    if reply.pk in seen:
        return reply.version == seen[reply.pk]
    return reply.status == Status.PENDING or reply.proposed_at is not None


def _explained(replies: list[Comment]) -> list[str]:
    sentences = []
    for reply in replies[:MAX_EXPLAINED]:
        decision = Decision.objects.filter(comment=reply).select_related("actor").first()
        if decision is None:
            sentences.append(f"The reply by {reply.name} has changed since you saw it.")
        elif decision.verdict == decision.previous:
            sentences.append(f"The reply by {reply.name} was edited since you saw it: look again.")
        else:
            status = Status(decision.verdict).label.lower()
            ago = timesince(decision.made_at)
            sentences.append(f"The reply by {reply.name} is {status} already: decided by {decision.by}, {ago} ago.")
    if len(replies) > MAX_EXPLAINED:
        sentences.append(f"{len(replies) - MAX_EXPLAINED} more had been decided before, and stay as they are.")
    return sentences
