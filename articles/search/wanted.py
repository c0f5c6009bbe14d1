"""What the index is asked for: tokens and how they must stand together, in words of no database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from articles.search.query import Query

Phrase = tuple[str, ...]  # tokens that follow each other, or a single one
Group = tuple[Phrase, ...]  # one of them must be there


class Span(NamedTuple):
    """From which place in time to which, both included; see `articles.search.document.place_of`."""

    low: int
    high: int


@dataclass(frozen=True)
class Wanted:
    """Of each group a phrase, none of the excluded phrases, and all of the facets."""

    groups: tuple[Group, ...]
    excluded: tuple[Phrase, ...] = ()
    facets: tuple[str, ...] = ()

    @property
    def has_phrases(self) -> bool:
        """Whether it isn't enough that all tokens are there somewhere."""
        phrases = (*(phrase for group in self.groups for phrase in group), *self.excluded)
        return any(len(phrase) > 1 for phrase in phrases)

    @property
    def is_plain(self) -> bool:
        """Whether everything with one word, or with one of several, matches: so many are looked at as are wanted."""
        return len(self.parts) == 1 and not self.excluded

    @property
    def parts(self) -> list[list[str]]:
        """Return sets of tokens: of each, whatever matches has at least one."""
        alone = [[token] for group in self.groups if len(group) == 1 for token in group[0]]
        either = [[phrase[0] for phrase in group] for group in self.groups if len(group) > 1]
        return [*alone, *either, *([facet] for facet in self.facets)]

    def marked(self, mark: str) -> "Wanted":
        """Return the same wish for words with a mark; what is excluded is excluded everywhere."""
        groups = tuple(tuple(tuple(mark + token for token in phrase) for phrase in group) for group in self.groups)
        return replace(self, groups=groups)


def wanted(query: Query, facets: Iterable[str] = ()) -> Wanted:
    """Return what a query asks for, narrowed by facets; its prefixes must have been completed."""
    groups = tuple(tuple(term.words for term in group) for group in query.groups)
    return Wanted(groups, tuple(term.words for term in query.excluded), tuple(facets))
