"""What the site holds about a person, as it is handed over."""

import json
from collections.abc import Iterator
from typing import Any

from articles.batches import batches
from comments.models import Comment, CommentQuerySet

_AT_ONCE = 500  # replies in memory


def held(replies: CommentQuerySet) -> Iterator[str]:
    """Yield the parts of a list in JSON of all that is held with some replies; for the person alone."""
    before = "["
    for keys in batches(replies.order_by("pk").values_list("pk", flat=True), _AT_ONCE):
        for reply in _with_all(keys):
            yield f"{before}\n{json.dumps(_held(reply), indent=2, ensure_ascii=False)}"
            before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _with_all(keys: list[int]) -> CommentQuerySet:
    replies = Comment.objects.filter(pk__in=keys).select_related("article__section").order_by("pk")
    return replies.defer("article__body", "article__body_html").prefetch_related("subscriptions", "decisions")


def _held(reply: Comment) -> dict[str, Any]:
    return {
        "article": reply.article.get_absolute_url(),
        "name": reply.name,
        "e-mail": reply.email,
        "website": reply.website,
        "text": reply.body,
        "edit that waits": reply.proposed_body,
        "status": reply.status,
        "submitted_at": reply.submitted_at.isoformat(),
        "decided_at": reply.decided_at.isoformat() if reply.decided_at else None,
        "address proven at": reply.proven_at.isoformat() if reply.proven_at else None,
        "mail wanted about": [
            {"about": str(wish), "confirmed": wish.confirmed_at is not None} for wish in reply.subscriptions.all()
        ],
        "notes of moderators": [decision.note for decision in reply.decisions.all() if decision.note],
    }
