"""One story or three: which of an article's sources are the same report, printed by several outlets.

Agencies sell one report to many papers, which change its headline a little. Sources are taken for one report when their
headlines say the same in nearly the same words and nothing, such as a number, a name or a date, tells them apart.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from functools import cached_property
from itertools import combinations

DAYS_APART = timedelta(days=3)
SAME_WORDS = 0.75
SAME_WORDS_BY_AGENCY = 0.55
MOSTLY = 0.7
LEAST_WORDS = 4  # shorter titles, such as “Live updates”, say too little to be told apart
OWN = "own"  # an editor's decision; the other is the key of the source that it is the same as

_AGENCY = re.compile(
    r"\b(?:reuters|associated press|ap|afp|agence france[- ]presse|aap|australian associated press|pa media|press"
    r" association|dpa|bloomberg|xinhua|kyodo|ansa|efe|upi|tass|interfax|pti|ians|yonhap|antara|nzpa|nz newswire)\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^(?:(?:update|wrapup|refile|corrected|recast|rpt)\s*\d*\s*-|(?:exclusive|breaking(?: news)?|analysis|explainer"
    r"|watch|video|factbox|live|opinion|just in|developing)\s*[:|–—-])\s*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s+(?:[|–—-]|::)\s+[^|–—]{2,40}$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_COMMON = frozenset(
    "a an the of to in on at for and or as by via with from is are be was were has have had will its it his her their"
    " this that after over says said say amid into".split()
)
_NEGATION = frozenset("not no never without denies denied deny rejects rejected refuses refused rules".split())
_PLURAL = re.compile("(?<=[a-z]{3})s$")
_OPPOSITES = tuple(
    tuple(_PLURAL.sub("", word) for word in pair.split("/"))
    for pair in "up/down rise/fall rises/falls rose/fell higher/lower wins/loses won/lost open/close opens/closes"
    " begins/ends start/end starts/ends more/fewer more/less increase/decrease raises/cuts before/after gain/loss"
    " gains/losses accept/reject accepts/rejects north/south east/west first/second men/women hikes/cuts"
    " buys/sells".split()
)
_SYNONYMS = {
    word: group.split()[0]
    for group in (
        "raise lift hike boost", "cut slash lower trim", "find found", "die dead killed kill", "agree agreed back",
        "quit resign", "slam criticize blast", "plan aim", "hit strike struck", "amid despite", "vow pledge promise",
        "buy acquire", "warn caution", "urge call", "tell told", "begin began start", "win won", "lose lost", "see eye",
    )
    for word in group.split()
}  # fmt: skip
_SPELLINGS = (
    (re.compile(r"(?<=[a-z]{2})our(?=s|ed|ing|ite|$)"), "or"),
    (re.compile(r"(?<=[a-z]{3})is(?=e[sd]?$|ing$|ation)"), "iz"),
    (re.compile(r"(?<=[a-z]{2})ence(?=s|$)"), "ense"),
    (re.compile(r"(?<=[a-z]{2})tre(?=s|$)"), "ter"),
    (re.compile(r"ll(?=ed$|ing$|er$)"), "l"),
    (re.compile(r"ogue(?=s|$)"), "og"),
    (re.compile(r"^programme"), "program"),
)
_ENDING = re.compile(r"(?<=[a-z]{3})(?:['’]s|s|['’])$")


@dataclass(frozen=True)
class Report:
    """What is known of a source: its key, its words and its day; and what an editor decided, if one did."""

    key: str
    title: str
    outlet: str = ""
    authors: str = ""
    published_on: date | None = None
    decision: str = ""

    @cached_property
    def words(self) -> list[str]:
        """What the headline says, in words that are spelt one way."""
        return _words(self)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The same words, each once."""
        return frozenset(self.words)

    @cached_property
    def letters(self) -> Counter[str]:
        """The letters of these words, and the spaces between them."""
        return Counter(" ".join(self.words))

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the headline that are names."""
        return _names(self.title)

    @cached_property
    def agencies(self) -> frozenset[str]:
        """The agencies that are credited."""
        return _agencies(self)


def group(reports: Sequence[Report]) -> dict[str, int]:
    """Return the number of the report that each source is, by its key: from 1, in the order of the sources.

    An editor's decision outweighs what the headlines say: `own` keeps a source apart, another's key joins it to that.
    """
    leader = {report.key: report.key for report in reports}
    for one, other in combinations(reports, 2):
        if not one.decision and not other.decision and is_same(one, other):
            _join(leader, one.key, other.key)
    for report in reports:
        if report.decision in leader:
            _join(leader, report.decision, report.key)
    numbers: dict[str, int] = {}
    return {key: numbers.setdefault(_top(leader, key), len(numbers) + 1) for key in leader}


def is_same(one: Report, other: Report) -> bool:
    """Whether two sources look like one report."""
    if one.published_on and other.published_on and abs(one.published_on - other.published_on) > DAYS_APART:
        return False
    if min(len(one.words), len(other.words)) < LEAST_WORDS or one.vocabulary.isdisjoint(other.vocabulary):
        return False
    # What tells most apart and takes least comes first: every source is compared with every other.
    if not _are_alike(one, other) or _are_told_apart(one.words, other.words):
        return False
    return not _name_others(one.names - other.vocabulary, other.names - one.vocabulary)


def _words(report: Report) -> list[str]:
    title = _PREFIX.sub("", report.title.strip(" -–—|"))
    outlet = re.escape(report.outlet.strip())
    if outlet:
        title = re.sub(rf"\s*[|–—-]\s*{outlet}\s*$", "", title, flags=re.IGNORECASE)
    shorter = _SUFFIX.sub("", title)
    title = shorter if len(_WORD.findall(shorter)) >= LEAST_WORDS else title
    plain = unicodedata.normalize("NFKD", title).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = (_spelt(word) for word in _WORD.findall(plain.replace("-", " ")))
    return [word for word in words if word not in _COMMON]


def _spelt(word: str) -> str:
    for pattern, plain in _SPELLINGS:
        word = pattern.sub(plain, word)
    bare = _ENDING.sub("", word)
    return _SYNONYMS.get(bare, bare)


def _names(title: str) -> frozenset[str]:
    """Return the words of a headline that are names by their capitals; none if all of it is in capitals."""
    words = _WORD.findall(title.replace("-", " "))
    capital = [word for word in words[1:] if word[0].isupper()]
    if len(capital) > MOSTLY * len(words):
        return frozenset()
    return frozenset(_spelt(word.casefold()) for word in capital)


def _name_others(names: frozenset[str], others: frozenset[str]) -> bool:
    """Whether each of two headlines names what the other doesn't."""
    return bool(names and others) and not any(_are_spellings(name, other) for name in names for other in others)


def _are_alike(one: Report, other: Report) -> bool:
    """Whether two headlines that share a word are mostly the same: by their words, or by their letters in order."""
    least = SAME_WORDS_BY_AGENCY if one.agencies & other.agencies else SAME_WORDS
    shared = len(one.vocabulary & other.vocabulary)
    if 2 * shared / (len(one.vocabulary) + len(other.vocabulary)) >= least:
        return True
    if _likeness_at_most(one.letters, other.letters) < least:
        return False
    return SequenceMatcher(None, " ".join(one.words), " ".join(other.words), autojunk=False).ratio() >= least


def _likeness_at_most(letters: Counter[str], others: Counter[str]) -> float:
    """Return how alike two headlines are by their letters in any order: in order they are no more so."""
    return 2 * (letters & others).total() / (letters.total() + others.total())


def _are_told_apart(first: list[str], second: list[str]) -> bool:
    only_first, only_second = set(first) - set(second), set(second) - set(first)
    numbers = [{word for word in words if any(map(str.isdigit, word))} for words in (only_first, only_second)]
    if all(numbers) or bool(only_first & _NEGATION) != bool(only_second & _NEGATION):
        return True
    if any(_oppose(first, second, *pair) for pair in _OPPOSITES):
        return True
    return len(only_first) == len(only_second) == 1 and not _are_spellings(only_first.pop(), only_second.pop())


def _oppose(first: list[str], second: list[str], one: str, other: str) -> bool:
    """Whether one headline says of something what the other says the opposite of, or of something else."""
    ways = [[word for word in words if word in {one, other}] for words in (first, second)]
    return bool(ways[0] and ways[1]) and ways[0] != ways[1]


def _are_spellings(one: str, other: str) -> bool:
    """Whether two words are one, spelt or inflected in two ways; two names that replace each other are not."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.75  # noqa: PLR2004 - of their letters


def _agencies(report: Report) -> frozenset[str]:
    text = f"{report.outlet} {report.authors} {report.title}"
    found = {name.casefold() for name in _AGENCY.findall(text)}
    return frozenset("ap" if name == "associated press" else name for name in found)


def _join(leader: dict[str, str], one: str, other: str) -> None:
    leader[_top(leader, other)] = _top(leader, one)


def _top(leader: dict[str, str], key: str) -> str:
    while leader[key] != key:
        key = leader[key]
    return key
