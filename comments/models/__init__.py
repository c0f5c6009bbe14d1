"""The models of the discussion, one family to a file."""

from comments.models.chore import Chore
from comments.models.comment import Comment, TooLate
from comments.models.decision import Decision
from comments.models.event import Event
from comments.models.learned import LearnedFilter
from comments.models.mail import MailChoice, Notice, Subscription
from comments.models.policy import ClosedDiscussion, Policy
from comments.models.privacy import Access, RetentionRun
from comments.models.queryset import CommentQuerySet
from comments.models.report import Report
from comments.models.rule import Answer, Block, Finding, Rule
from comments.models.tally import Tally

__all__ = [
    "Access",
    "Answer",
    "Block",
    "Chore",
    "ClosedDiscussion",
    "Comment",
    "CommentQuerySet",
    "Decision",
    "Event",
    "Finding",
    "LearnedFilter",
    "MailChoice",
    "Notice",
    "Policy",
    "Report",
    "RetentionRun",
    "Rule",
    "Subscription",
    "Tally",
    "TooLate",
]
