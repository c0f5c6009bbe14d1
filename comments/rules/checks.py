"""The rules themselves: each looks at a submission and says why it fires, or nothing."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from articles.asking import ask
from comments import personal_data
from comments.models import Block, Comment, Rule
from comments.models.queryset import REFUSED
from comments.rules import learning
from comments.rules.submission import Submission

E_MAIL = re.compile(r"(?<![^\s@<>()])[^\s@<>()]{1,64}@[^\s@<>()]{1,255}\.[^\s@<>().]+")
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_MIN_LETTERS = 20  # a shorter text in capitals may be an acronym
_NAMED = 20  # earlier replies of the same text
_MOST_COUNTED = 10_000
_OF_A_TEXT = (
    "SELECT id FROM comments_comment WHERE text_digest = %s AND submitted_at BETWEEN %s AND %s"
    " ORDER BY submitted_at DESC LIMIT %s"
)
_BY_A_CLIENT = "SELECT id FROM comments_comment WHERE client = %s AND submitted_at BETWEEN %s AND %s LIMIT %s"
_LONG_RUN = re.compile(r"(.)\1{9,}", re.DOTALL)


@dataclass(frozen=True)
class Fired:
    """Why a rule fired, in a sentence for moderators, and what it saw."""

    reason: str
    seen: dict[str, Any] = field(default_factory=dict)


Check = Callable[[Submission, Rule], Fired | None]


def blocked(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on a blocked word, e-mail address or network."""
    matches = matching_blocks(submission)
    if not matches:
        return None
    return Fired(f"It matches {matches[0][0]}.", {"matched": [f"{block}: {found}" for block, found in matches]})


def matching_blocks(submission: Submission) -> list[tuple[Block, str]]:
    """Return the blocks that a submission matches, each with what matched; never an address."""
    found = []
    for block in submission.house.blocks:
        place = _match(block, submission)
        if place:
            found.append((block, place))
    return found


def _match(block: Block, submission: Submission) -> str:
    reply = submission.reply
    match block.kind:
        case Block.Kind.WORD:
            return block.found_in(f"{reply.name}\n{reply.website}\n{reply.body}")
        case Block.Kind.ADDRESS:
            domain = submission.email.rpartition("@")[2]
            candidates = {reply.email_fingerprint, personal_data.fingerprint(f"@{domain}") if domain else ""}
            return "the e-mail address" if block.fingerprint in candidates else ""
        case _:
            is_inside = submission.address and _is_in(submission.address, block.pattern)
            return "the network address" if is_inside else ""


def _is_in(address: str, network: str) -> bool:
    inside, outside = ipaddress.ip_address(address), ipaddress.ip_network(network)
    if isinstance(outside, ipaddress.IPv6Network) and inside.version == 6:  # noqa: PLR2004 - IPv6
        # What we know of an IPv6 client is its /64.
        return ipaddress.IPv6Network(f"{inside}/64", strict=False).overlaps(outside)
    return inside in outside


def _setting(value: int | None, default: int) -> int:
    return default if value is None else value


def honeypot(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on a reply whose form had the hidden field filled, and was then sent again."""
    return Fired("The hidden field was filled; the form was then sent again.") if submission.sprang_trap else None


def too_quick(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on a form that was sent sooner than anybody could have written in it."""
    least = timedelta(seconds=_setting(rule.threshold, 0))
    if submission.open_for is None or submission.open_for >= least:
        return None
    seconds = round(submission.open_for.total_seconds(), 1)
    return Fired(f"It was sent {seconds} seconds after the form was opened.", {"seconds": seconds})


def links(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on more links than the threshold."""
    count = len(_LINK.findall(submission.reply.body))
    return Fired(f"It holds {count} links.", {"links": count}) if count > (_setting(rule.threshold, 0)) else None


def duplicate(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on a text that was sent before."""
    reply = submission.reply
    since = reply.submitted_at - timedelta(days=_setting(rule.days, 30))
    same = ask(_OF_A_TEXT, reply.text_digest, since, reply.submitted_at, _NAMED + 1)
    earlier = [pk for (pk,) in same if pk != reply.pk][:_NAMED]
    if not earlier:
        return None
    return Fired(f"The same text came before, in reply {earlier[0]}.", {"replies": earlier})


def flooding(submission: Submission, rule: Rule) -> Fired | None:
    """Fire when more came from one client within an hour than the threshold."""
    reply = submission.reply
    if not reply.client:
        return None
    since = reply.submitted_at - timedelta(hours=1)
    count = sum(pk != reply.pk for (pk,) in ask(_BY_A_CLIENT, reply.client, since, reply.submitted_at, _MOST_COUNTED))
    if count < (_setting(rule.threshold, 1)):
        return None
    return Fired(f"It is number {count + 1} from one connection within an hour.", {"replies": count + 1})


def shouting(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on a text that is mostly capitals, or that repeats one character without end."""
    body = submission.reply.body
    letters = [character for character in body if character.isupper() or character.islower()]
    share = 100 * sum(map(str.isupper, letters)) / len(letters) if letters else 0
    if len(letters) >= _MIN_LETTERS and share > (_setting(rule.threshold, 70)):
        return Fired(f"{share:.0f} % of its letters are capitals.", {"capitals": round(share)})
    run = _LONG_RUN.search(body)
    return Fired("It repeats a character ten times or more.", {"run": run[0][:40]}) if run else None


def address_in_text(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on an e-mail address in the text: it would be published."""
    count = len(E_MAIL.findall(submission.reply.body))
    return Fired("It holds an e-mail address, which would be published.", {"addresses": count}) if count else None


def learned(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on what looks like the spam of this site."""
    opinion = learning.opinion_on(submission.reply, submission.house.learned)
    percent = round(100 * opinion.spam) if opinion else 0
    if opinion is None or percent < (_setting(rule.threshold, 90)):
        return None
    words = ", ".join(f"“{word}”" for word in opinion.words)
    return Fired(f"It looks like spam ({percent} %): {words}."[:300], {"spam": percent, "words": opinion.words})


def returning(submission: Submission, rule: Rule) -> Fired | None:
    """Fire on a person whose address is proven for this very reply, approved before, and not refused lately."""
    reply = submission.reply
    if reply.proven_at is None or not reply.email_fingerprint:
        return None
    earlier = Comment.objects.filter(
        email_fingerprint=reply.email_fingerprint, submitted_at__lt=reply.submitted_at
    ).exclude(pk=reply.pk)
    approved = earlier.filter(status=Comment.Status.APPROVED, proven_at__isnull=False).count()
    since = timezone.now() - timedelta(days=_setting(rule.days, 90))
    is_refused = earlier.filter(status__in=[*REFUSED, Comment.Status.SPAM], decided_at__gte=since).exists()
    if is_refused or approved < (_setting(rule.threshold, 3)):
        return None
    return Fired(f"A proven address with {approved} approved replies.", {"approved": approved})


def akismet(submission: Submission, rule: Rule) -> Fired | None:
    """Say nothing yet: Akismet is asked from the task queue, once the reply is safe."""
    return None


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        blocked,
        honeypot,
        too_quick,
        duplicate,
        flooding,
        links,
        address_in_text,
        shouting,
        learned,
        akismet,
        returning,
    )
}
