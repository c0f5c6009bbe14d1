"""The models of the discussion, one family to a file."""

from comments.models.comment import Comment, CommentQuerySet
from comments.models.decision import Decision

__all__ = ["Comment", "CommentQuerySet", "Decision"]
