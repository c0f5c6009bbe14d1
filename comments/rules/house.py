"""The rules of the house, as every reply needs them: kept in memory, and read again when somebody has changed one."""

from dataclasses import dataclass
from typing import Any

from articles.asking import ask
from comments.models import Block, LearnedFilter, Policy, Rule
from comments.rules.learned import Counts

_NOTED = "SELECT id, made_at FROM articles_change WHERE key IN ('policy', 'rules') ORDER BY id"


@dataclass(frozen=True)
class House:
    """The policy, the rules that are switched on, the blocks, and what the filter has learned. Nobody changes them."""

    policy: Policy
    rules: tuple[Rule, ...]
    blocks: tuple[Block, ...]
    learned: Counts | None


_kept: dict[Any, House] = {}


def current_house() -> House:
    """Return the rules that hold now, in one query unless they have changed."""
    noted = tuple(ask(_NOTED))  # read first: what is read after it is at least as new
    house = _kept.get(noted)
    if house is None:
        house = House(Policy.current(), tuple(Rule.objects.in_force()), tuple(Block.objects.all()), _learned())
        _kept.clear()
        _kept[noted] = house
    return house


def forget() -> None:
    """Forget what is kept: for tests, whose changes are taken back."""
    _kept.clear()


def _learned() -> Counts | None:
    latest = LearnedFilter.objects.first()
    if latest is None:
        return None
    return Counts(latest.approved, latest.spam, {token: (a, s) for token, (a, s) in latest.counts.items()})
