"""What changed between two versions of an article, word by word, as plain data that a page can show."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from articles.aligning import Run, runs
from articles.citations import with_numbers
from articles.pairing import paired
from articles.passages import blocks_of

Change = Literal["same", "removed", "added"]
SHOWN_BESIDE = 1  # unchanged blocks before and after a change; the others are counted
CRUMB = 3  # unchanged words between changes that are this many times longer on both sides go with them
_TOKEN = re.compile(r"(?:\w+|[^\w\s])\s*|\s+")
_WORD = re.compile(r"\w+")
# In the clean HTML of a body, where attributes are quoted and tags closed.
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_PICTURE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"[^>]*>')
FIELDS = (("title", "Title"), ("standfirst", "Standfirst"))
DESK_FIELDS = (("status", "Status"), ("published_at", "Time of publication"), ("slug", "Slug"))


class Part(NamedTuple):
    """Some words, and whether they stayed, went or came."""

    change: Change
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph or heading in parts; `skipped` is the number of unchanged ones it stands for, if it has none."""

    parts: tuple[Part, ...] = ()
    kind: str = "p"
    skipped: int = 0

    @property
    def is_same(self) -> bool:
        """Whether nothing in it changed."""
        return all(part.change == "same" for part in self.parts)


@dataclass(frozen=True)
class FieldDiff:
    """A part of an article that changed: its name, and its blocks."""

    name: str
    blocks: list[Block]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldDiff]:
    """Return what changed from one state of an article to another, field by field; nothing for what stayed."""
    changed = []
    for name, old, new in _compared(before, after):
        blocks = _text_blocks(old, new) if isinstance(old, str) else _aligned(old, new)
        changed.append(FieldDiff(name, list(_collapsed(blocks))))
    return changed


def says_the_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether `differences` has nothing to show; found without looking for what changed."""
    return not any(_compared(before, after))


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the fields that differ, each with what it says before and after."""
    for key, name in FIELDS:
        if before[key] != after[key]:
            yield name, before[key], after[key]
    for name, lines in (("Text", _body), ("Key points", _key_points), ("Sources", _sources), ("Tags", _tags)):
        old, new = lines(before), lines(after)
        if old != new:
            yield name, old, new


def staff_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldDiff]:
    """Return the same with what only staff are told: status, time of publication and slug."""
    fields = [(name, before[key] or "", after[key] or "") for key, name in DESK_FIELDS]
    decided = [FieldDiff(name, _text_blocks(old, new)) for name, old, new in fields if old != new]
    return [*differences(before, after), *decided]


def word_parts(before: str, after: str) -> tuple[Part, ...]:
    """Return the words of two texts in parts, in time that grows little faster than their length."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    found = runs([token.strip() for token in old], [token.strip() for token in new])
    parts: list[Part] = []
    space = ""  # between what was replaced and what follows: it stayed
    for run in _without_crumbs(list(found)):
        removed, added = "".join(old[run.old]), space + "".join(new[run.new])
        space = ""
        if run.is_same:
            parts.append(Part("same", added))
            continue
        if removed.endswith(" ") and added.endswith(" "):
            removed, added, space = removed[:-1], added[:-1], " "
        parts += [part for part in (Part("removed", removed), Part("added", added)) if part.text]
    return (*parts, Part("same", space)) if space else tuple(parts)


def _without_crumbs(found: list[Run]) -> list[Run]:
    """Join changes that only a word or two hold apart: what was written anew reads better whole."""
    kept: list[Run] = []
    for number, run in enumerate(found):
        kept.append(run)
        is_between = run.is_same and len(kept) > 1 and number + 1 < len(found)
        if is_between and _length(run) * CRUMB <= min(_length(kept[-2]), _length(found[number + 1])):
            kept[-1] = run._replace(is_same=False)
        if len(kept) > 1 and not kept[-1].is_same and not kept[-2].is_same:
            last, first = kept.pop(), kept.pop()
            old, new = slice(first.old.start, last.old.stop), slice(first.new.start, last.new.stop)
            kept.append(Run(old, new, is_same=False))
    return kept


def _length(run: Run) -> int:
    return int(max(run.old.stop - run.old.start, run.new.stop - run.new.start))


def _text_blocks(before: str, after: str) -> list[Block]:
    return [Block(word_parts(before, after))]


def _aligned(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[Block]:
    """Compare two lists of pairs of kind and text: first block by block, then, where they differ, word by word."""
    blocks: list[Block] = []
    for run in runs(before, after):
        if run.is_same:
            blocks += [Block((Part("same", text),), kind) for kind, text in after[run.new]]
        else:
            blocks += _replaced(before[run.old], after[run.new])
    return blocks


def _replaced(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> Iterator[Block]:
    for old, new in paired([text for _, text in before], [text for _, text in after]):
        yield _changed(before[old] if old >= 0 else None, after[new] if new >= 0 else None)


def _changed(old: tuple[str, str] | None, new: tuple[str, str] | None) -> Block:
    if old and new:
        is_other_kind_alone = old[1] == new[1]
        whole = (Part("removed", old[1]), Part("added", new[1]))
        parts = whole if is_other_kind_alone else word_parts(old[1], new[1])
        return Block(parts, new[0])
    if new:
        return Block((Part("added", new[1]),), new[0])
    return Block((Part("removed", old[1]),), old[0]) if old else Block()


def _collapsed(blocks: list[Block]) -> Iterator[Block]:
    changed = [place for place, block in enumerate(blocks) if not block.is_same]
    near = {place + step for place in changed for step in range(-SHOWN_BESIDE, SHOWN_BESIDE + 1)}
    skipped = 0
    for place, block in enumerate(blocks):
        if place in near:
            if skipped:
                yield Block(skipped=skipped)
            skipped = 0
            yield block
        else:
            skipped += 1
    if skipped:
        yield Block(skipped=skipped)


def _body(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    numbers = {source["key"]: number for number, source in enumerate(state["sources"], 1)}
    body = _PICTURE.sub(r" [picture \1] ", with_numbers(state["body"], numbers))
    return [(block.kind, block.text) for block in blocks_of(_LINK.sub(r"\2 ⟨\1⟩", body))]


def _key_points(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    numbers = {source["key"]: number for number, source in enumerate(state["sources"], 1)}
    lines = []
    for point in state["key_points"]:
        cited = "".join(f" [{numbers.get(support['source'], '?')}]" for support in point["support"])
        lines.append(("li", f"{point['lead']}: {point['text']}{cited}" if point["lead"] else f"{point['text']}{cited}"))
    return lines


def _sources(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = ("title", "outlet", "authors", "published_on", "url", "archive_url")
    return [("li", " · ".join(str(source[name]) for name in facts if source[name])) for source in state["sources"]]


def _tags(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("li", tag) for tag in state["tags"]]
