"""From lines to blocks: paragraphs, headings, lists and quotes."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from articles.plain_text.reading import Line

UNWRAPPED_LINE = 120  # characters: a file with a longer line has a paragraph on each line
MAX_HEADING_CHARACTERS = 90
MAX_HEADING_WORDS = 14
WRAP_COLUMN = 60  # a wrapped line is at least this long, unless it ends its paragraph

Kind = Literal["heading", "paragraph", "list", "numbered", "quote", "break"]

_BULLET = re.compile(r"(?:[•‣◦▪▫●○∙·■□]\s*|[–—*+-] )(?=\S)")
_NUMBER = re.compile(r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)](?!\d))\s*(?=\S)")
_RULE = re.compile(r"(?:[-*_=~—] ?){3,}")
_MARKDOWN_HEADING = re.compile(r"#{1,6} +(.*?)[ #]*")
_ADDRESS = re.compile(r"<?https?://\S+")


@dataclass(frozen=True)
class Block:
    """A piece of the body: its text or its items, the line it begins on, and the blank lines before it."""

    kind: Kind
    text: str
    items: tuple[str, ...]
    line: int
    gap: int = 0
    item_lines: tuple[int, ...] = ()


def make_blocks(lines: list[Line]) -> list[Block]:
    """Return the blocks of the lines in order; both wrapped and unwrapped texts are understood."""
    is_wrapped = all(len(line.text) <= UNWRAPPED_LINE for line in lines)
    blocks: list[Block] = []
    gap = 0
    for position, line in enumerate(lines):
        if not line.text:
            gap += 1
            continue
        following = lines[position + 1].text if position + 1 < len(lines) else ""
        joined = _joined(blocks[-1], line, gap, is_wrapped=is_wrapped) if blocks else None
        if joined:
            blocks[-1] = joined
        else:
            blocks.append(_begun(line, gap, following))
        gap = 0
    return [_with_heading(block, is_last=number == len(blocks) - 1) for number, block in enumerate(blocks)]


def kind_of(text: str) -> Kind:
    """Return what a line would be if it stood alone."""
    return _begun(Line(1, text, is_indented=False), 0, "").kind


def _begun(line: Line, gap: int, following: str) -> Block:
    heading = _MARKDOWN_HEADING.fullmatch(line.text)
    if heading:
        return Block("heading", heading[1], (), line.number, gap)
    if _RULE.fullmatch(line.text):
        return Block("break", "", (), line.number, gap)
    if line.text.startswith(">"):
        return Block("quote", line.text.lstrip("> "), (), line.number, gap)
    for kind, pattern in _LISTS:
        if marker := pattern.match(line.text):
            return Block(kind, "", (line.text[marker.end() :],), line.number, gap, (line.number,))
    if is_heading_text(line.text) and len(line.text) < WRAP_COLUMN < len(following):
        return Block("heading", line.text, (), line.number, gap)
    return Block("paragraph", line.text, (), line.number, gap)


_LISTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (("list", _BULLET), ("numbered", _NUMBER))


def _joined(block: Block, line: Line, gap: int, *, is_wrapped: bool) -> Block | None:
    """Return the block with the line in it, or None if the line begins a block of its own."""
    for kind, pattern in _LISTS:
        if marker := pattern.match(line.text):
            if block.kind != kind:
                return None
            items = (*block.items, line.text[marker.end() :])
            return replace(block, items=items, item_lines=(*block.item_lines, line.number))
    if gap or _MARKDOWN_HEADING.fullmatch(line.text) or _RULE.fullmatch(line.text):
        return None
    if block.items and (is_wrapped or line.is_indented or _ADDRESS.match(line.text)):
        return replace(block, items=(*block.items[:-1], f"{block.items[-1]} {line.text}"))
    is_quoted = line.text.startswith(">")
    if (block.kind == "quote" and is_quoted) or (block.kind == "paragraph" and is_wrapped and not is_quoted):
        return replace(block, text=f"{block.text} {line.text.lstrip('> ') if is_quoted else line.text}")
    return None


def is_heading_text(text: str) -> bool:
    """Whether a line that stands alone reads as a heading: short, and without the end of a sentence."""
    is_short = len(text) <= MAX_HEADING_CHARACTERS and len(text.split()) <= MAX_HEADING_WORDS
    bare = text.rstrip("”’\"') ")
    return (
        is_short
        and bare != ""
        and bare[-1] not in ".!,;:…–—-"
        and not text[0].islower()
        and any(map(str.isalnum, text))
    )


def _with_heading(block: Block, *, is_last: bool) -> Block:
    # A heading stands over something: a short last line is a paragraph.
    if block.kind == "paragraph" and not is_last and is_heading_text(block.text) and not _ADDRESS.match(block.text):
        return replace(block, kind="heading")
    return block
