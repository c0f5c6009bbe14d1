"""What a rule may look at."""

from dataclasses import dataclass, field
from datetime import timedelta

from comments.models import Comment
from comments.rules.house import House, current_house


@dataclass(frozen=True)
class Submission:
    """A reply as it comes in: what of it is stored, and what is known only now.

    When old decisions are replayed, the parts that were never kept are empty, and rules about them say nothing.
    """

    reply: Comment
    email: str = ""
    address: str = ""  # of the network
    sprang_trap: bool = False
    open_for: timedelta | None = None  # how long the form was open, where that is known
    house: House = field(default_factory=current_house)
