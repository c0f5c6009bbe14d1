"""What the site holds about a person, as it is handed over."""

from typing import Any

from comments.models import Comment, CommentQuerySet


def held(replies: CommentQuerySet) -> list[dict[str, Any]]:
    """Return all that is held with some replies, as data that JSON can carry; for the person alone."""
    full = replies.select_related("article__section").prefetch_related("subscriptions", "decisions").order_by("pk")
    return [_held(reply) for reply in full]


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
