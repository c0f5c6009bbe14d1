"""What changed between two versions of an article, word by word, as plain data that a page can show."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from articles.citations import with_numbers
from articles.passages import blocks_of

Change = Literal["same", "removed", "added"]
MAX_COMPARISONS = 4_000_000  # of words with words; a block beyond that is shown as removed and added
SHOWN_BESIDE = 1  # unchanged blocks before and after a change; the others are counted
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
FIELDS = (("title", "Title"), ("standfirst", "Standfirst"))


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
    fields = [FieldDiff(name, _text_blocks(before[key], after[key])) for key, name in FIELDS]
    fields.append(FieldDiff("Text", _aligned(_body(before), _body(after))))
    for name, lines in (("Key points", _key_points), ("Sources", _sources), ("Tags", _tags)):
        fields.append(FieldDiff(name, _aligned(lines(before), lines(after))))
    changed = [field for field in fields if not all(block.is_same for block in field.blocks)]
    return [FieldDiff(field.name, list(_collapsed(field.blocks))) for field in changed]


def word_parts(before: str, after: str) -> tuple[Part, ...]:
    """Return the words of two texts in parts."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) * len(new) > MAX_COMPARISONS:
        return tuple(part for part in (Part("removed", before), Part("added", after)) if part.text)
    parts: list[Part] = []
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Part("same", "".join(old[old_start:old_end])))
            continue
        removed, added = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        parts += [part for part in (Part("removed", removed), Part("added", added)) if part.text]
    return tuple(parts)


def _text_blocks(before: str, after: str) -> list[Block]:
    return [Block(word_parts(before, after))]


def _aligned(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[Block]:
    """Compare two lists of pairs of kind and text: first block by block, then, where they differ, word by word."""
    blocks: list[Block] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        old, new = before[old_start:old_end], after[new_start:new_end]
        if kind == "equal":
            blocks += [Block((Part("same", text),), tag) for tag, text in old]
            continue
        for place in range(max(len(old), len(new))):
            blocks.append(_changed(old[place : place + 1], new[place : place + 1]))
    return blocks


def _changed(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Block:
    kind = (new or old)[0][0]
    if not old:
        return Block((Part("added", new[0][1]),), kind)
    if not new:
        return Block((Part("removed", old[0][1]),), kind)
    return Block(word_parts(old[0][1], new[0][1]), kind)


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
    return [(block.kind, block.text) for block in blocks_of(with_numbers(state["body"], numbers))]


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
