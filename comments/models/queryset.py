"""Which replies, and the decisions on them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles.batches import batches
from articles.models import Correction, ShownQuerySet
from articles.richtext import render_reply
from comments import announcing, personal_data
from comments.likeness import text_digest
from comments.models.decision import Decision
from comments.models.report import Report
from comments.models.rule import Finding

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from comments.models.comment import Comment  # noqa: F401 - named by the class below


ANONYMOUS = "Name removed"


class Status(models.TextChoices):
    """Where a reply stands.

    Moderators move it between approved, rejected and spam; reports and an undone decision move it back to pending;
    its author may withdraw it.
    """

    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    SPAM = "spam", "Spam"
    WITHDRAWN = "withdrawn", "Withdrawn"


REFUSED = (Status.REJECTED, Status.WITHDRAWN)
SHOWN_COLUMNS = frozenset(
    "article article_id parent parent_id root root_id status name website body body_html identicon badge remark"
    " submitted_at moderator_edited_at about_key_point about_key_point_id about_source about_source_id"
    " about_heading".split()
)


@dataclass(frozen=True)
class Verdict:
    """A decision to be carried out: the status it leads to, who or what made it, why, and in which step."""

    status: Status
    actor: "User | None" = None
    rule: str = ""
    reason: str = ""
    note: str = ""
    batch: UUID | None = None

    def record(self, comment: int, previous: str, at: datetime) -> Decision:
        """Return the decision to record for a reply whose status alone changes."""
        return Decision(
            comment_id=comment,
            previous=previous,
            verdict=self.status,
            actor=self.actor,
            rule=self.rule,
            reason=self.reason,
            note=self.note,
            batch=self.batch,
            made_at=at,
        )


class CommentQuerySet(ShownQuerySet["Comment"]):
    """Which replies, and the decisions on them."""

    def update(self, **kwargs: Any) -> int:
        """Update the replies; only what readers may see of them is noted."""
        if kwargs.keys() & SHOWN_COLUMNS:
            return super().update(**kwargs)
        return super(ShownQuerySet, self).update(**kwargs)

    def visible(self) -> Self:
        """Select what readers may see, without ever loading a personal column."""
        return self.filter(status=Status.APPROVED).without_personal_data()

    def without_personal_data(self) -> Self:
        """Load no column that could lead to a person, neither of them nor of what they answer."""
        personal = self.model.PERSONAL
        return self.defer(*(f"{whose}{column}" for whose in ("", "parent__", "root__") for column in personal))

    def pending(self) -> Self:
        """Select what was never decided, or has to be decided again."""
        return self.filter(status=Status.PENDING)

    def edited(self) -> Self:
        """Select the approved replies with an edit that waits."""
        return self.filter(proposed_at__isnull=False)

    def waiting(self) -> Self:
        """Select what a moderator has to look at: pending replies, and edits of approved ones."""
        return self.filter(Q(status=Status.PENDING) | Q(status=Status.APPROVED, proposed_at__isnull=False))

    def roots(self) -> Self:
        """Select the replies that answer the article itself."""
        return self.filter(parent__isnull=True)

    def oldest_first(self) -> Self:
        """Order as a discussion reads, and as a queue is worked off."""
        return self.order_by("submitted_at", "pk")

    def by(self, address: str) -> Self:
        """Select what one e-mail address has sent."""
        return self.filter(email_fingerprint=personal_data.fingerprint(address))

    # Decisions

    def approve(self, *, by: "User", note: str = "", batch: UUID | None = None) -> int:
        """Show the selected replies to readers, and the edits of those shown already; return how many changed."""
        return self.decide(Verdict(Status.APPROVED, actor=by, note=note, batch=batch))

    def reject(self, *, by: "User", note: str = "", batch: UUID | None = None) -> int:
        """Refuse the selected replies; of an approved one with an edit that waits, refuse the edit alone."""
        return self.decide(Verdict(Status.REJECTED, actor=by, note=note, batch=batch))

    def mark_spam(self, *, by: "User", note: str = "", batch: UUID | None = None) -> int:
        """File the selected replies as spam; return how many weren't before."""
        return self.decide(Verdict(Status.SPAM, actor=by, note=note, batch=batch))

    def decide(self, verdict: Verdict) -> int:
        """Carry out a verdict on the selected replies and record it; return on how many it changed something.

        What its author withdrew stays withdrawn. A person's verdict also settles the open reports.
        """
        batch = verdict.batch or uuid4()
        verdict = replace(verdict, batch=batch)
        now = timezone.now()
        with transaction.atomic():
            chosen = self.locked().exclude(status=Status.WITHDRAWN).order_by("pk")
            rows = list(chosen.values_list("pk", "status", "proposed_at"))
            edited = list(self.model.objects.filter(pk__in=[pk for pk, _, proposed_at in rows if proposed_at]))
            decisions = [reply.take(verdict, now) for reply in edited]
            self.model.objects.bulk_update(edited, self.model.DECIDED)
            plain = {pk: status for pk, status, proposed_at in rows if not proposed_at and status != verdict.status}
            decisions += [verdict.record(pk, status, now) for pk, status in plain.items()]
            self.model.objects.filter(pk__in=plain).update(
                status=verdict.status,
                decided_at=None if verdict.status == Status.PENDING else now,
                version=F("version") + 1,
            )
            Decision.objects.bulk_create(decisions, batch_size=1000)
            if verdict.actor:
                keys = [pk for pk, _, _ in rows]
                Report.objects.filter(comment__in=keys, settled_at__isnull=True).update(settled_at=now)
            if decisions:
                announcing.announce_later(batch)
        return len(decisions)

    def undo(self, batch: UUID, *, by: "User") -> int:
        """Take back the decisions of one step on the selected replies, but for those decided again since."""
        with transaction.atomic():
            latest = self._latest_decisions(batch)
            chosen = self.locked().filter(pk__in=latest).order_by("pk")
            status = dict(chosen.values_list("pk", "status"))
            undone = {pk: latest[pk] for pk in status if latest[pk].verdict == status[pk]}
            for previous in {decision.previous for decision in undone.values()}:
                self._set_back([pk for pk, row in undone.items() if row.previous == previous], previous, batch)
            for pk, decision in undone.items():
                if decision.before != decision.after:  # it was about an edit, which waits again
                    edit = {"proposed_body": decision.after, "proposed_at": decision.made_at}
                    self.filter(pk=pk).update(**shown_text(decision.before), **edit)
            settled_at = {decision.made_at for decision in undone.values()}
            Report.objects.reopen(comment__in=undone, settled_at__in=settled_at)
            Decision.objects.bulk_create([_undoing(decision, by) for decision in undone.values()], batch_size=1000)
        return len(undone)

    def _set_back(self, keys: list[int], status: str, batch: UUID) -> None:
        earlier = Decision.objects.filter(comment=OuterRef("pk"), verdict=status).exclude(batch=batch).order_by("-pk")
        decided_at = Coalesce(Subquery(earlier.values("made_at")[:1]), timezone.now())
        if status != Status.APPROVED:  # an edit made meanwhile is then simply the text
            for reply in self.filter(pk__in=keys, proposed_at__isnull=False):
                self.filter(pk=reply.pk).update(**shown_text(reply.proposed_body), proposed_body="", proposed_at=None)
        self.filter(pk__in=keys).update(
            status=status,
            decided_at=None if status == Status.PENDING else decided_at,
            version=F("version") + 1,
        )

    def erase(self) -> int:
        """Forget the selected replies as their author asks: what nobody saw goes altogether, else only who wrote it."""
        with transaction.atomic():
            Correction.take_turn()  # which comes before that of the replies
            chosen = list(self.order_by("-pk").values_list("pk", flat=True))
            for keys in batches(chosen):  # answers before what they answer
                replies = self.model.objects.filter(pk__in=keys)
                replies.delete_unanswered()
                replies.erase_personal_data()
        return len(chosen)

    def delete_unanswered(self) -> int:
        """Delete those of the selected replies that readers don't see and nobody answered; return how many.

        Answers that go too are none. There can be as many replies as a statement takes.
        """
        with transaction.atomic():
            unseen = self.locked().exclude(status=Status.APPROVED).order_by()
            parents = dict(unseen.values_list("pk", "parent"))
            others = self.model.objects.filter(parent=OuterRef("pk")).exclude(pk__in=parents)
            kept = set(self.model.objects.filter(Exists(others), pk__in=parents).values_list("pk", flat=True))
            for pk in list(kept):
                above = parents[pk]
                while above in parents and above not in kept:
                    kept.add(above)
                    above = parents[above]
            gone = parents.keys() - kept
            Decision.objects.forget_texts(gone)
            self.model.objects.filter(pk__in=gone).delete()
        return len(gone)

    def erase_personal_data(self) -> int:
        """Forget who wrote the selected replies, for good; the text stays, so that the discussion can be read."""
        with transaction.atomic():
            Correction.take_turn()
            chosen = list(self.filter(erased_at__isnull=True).values_list("pk", flat=True))
            erased = self.model.objects.filter(pk__in=chosen)
            announcing.forget(erased)
            Decision.objects.forget_texts(chosen)
            Finding.objects.filter(comment__in=chosen).update(reason="", seen={})
            Correction.objects.filter(comment__in=chosen).update(credit="")
            count: int = erased.update(
                name=ANONYMOUS,
                website="",
                email_encrypted="",
                email_fingerprint="",
                client="",
                identicon="",
                submission=None,
                proposed_body="",
                proposed_at=None,
                erased_at=timezone.now(),
            )
        return count

    def _latest_decisions(self, batch: UUID) -> dict[int, Decision]:
        decided = Decision.objects.filter(batch=batch).order_by("pk")
        latest: dict[int, Decision] = {row.comment_id: row for row in decided if row.comment_id is not None}
        for row in Decision.objects.filter(comment__in=latest).order_by("pk"):
            if row.comment_id is not None:
                latest[row.comment_id] = row
        return {pk: row for pk, row in latest.items() if row.batch == batch}


def _undoing(decision: Decision, by: "User") -> Decision:
    return Decision(
        comment_id=decision.comment_id,
        previous=decision.verdict,
        verdict=decision.previous,
        before=decision.after,
        after=decision.before,
        actor=by,
        reason="Undone",
    )


def shown_text(body: str) -> dict[str, str]:
    """Return the columns of a reply's text, what was typed and what is shown."""
    return {"body": body, "body_html": render_reply(body), "text_digest": text_digest(body)}
