"""From blocks to an article: what is the title, what the key points, what the body, what the sources."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median_low

from articles.citations import CITATION
from articles.plain_text.blocks import Block, kind_of, make_blocks
from articles.plain_text.reading import UnreadableText, article_lines
from articles.richtext import clean_line

MAX_TITLE_CHARACTERS = 200
MAX_STANDFIRST_CHARACTERS = 500
MAX_LEAD_CHARACTERS = 80
MAX_LEAD_WORDS = 12
MAX_KEY_POINT_CHARACTERS = 1000
MAX_KEY_POINTS = 50
MAX_SOURCE_CHARACTERS = 500
MAX_OUTLET_CHARACTERS = 200
MAX_SOURCES = 500
SHORT_LEFTOVER = 120
CLOSING_GAP = 2  # blank lines that set the closing section off

_KEY_POINTS_LABEL = re.compile(
    r"(key|main) (points?|takeaways?|findings?)|summary|highlights|in brief|at a glance|tl;?dr", re.IGNORECASE
)
_SOURCES_LABEL = re.compile(
    r"sources?( cited)?|references?|(foot|end)?notes|bibliography|further reading|works cited|citations|sources and .*",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(by|written by|posted (by|on)|published( on)?|updated( on)?)\b.{2,80}", re.IGNORECASE)
_BOLD_LEAD = re.compile(r"(\*\*|__)(.+?):?\1:? *(.*)")
_LEAD = re.compile(rf"([^:]{{1,{MAX_LEAD_CHARACTERS}}}?) ?: +(.+)")
_ADDRESS = re.compile(r"[<(\[]?\b(https?://[^\s<>\"]+)[>\]]?", re.IGNORECASE)
_EDGES = " \t-–—|,;:<>("


@dataclass(frozen=True)
class KeyPointText:
    """A key point as it was written, and its line in the file."""

    lead: str
    text: str
    line: int


@dataclass(frozen=True)
class SourceText:
    """A source as it was written, its parts told apart where the text does, and its line in the file."""

    title: str
    url: str
    outlet: str
    line: int


@dataclass(frozen=True)
class PlainArticle:
    """An article as its text has it."""

    title: str
    standfirst: str
    key_points: tuple[KeyPointText, ...]
    blocks: tuple[Block, ...]
    sources: tuple[SourceText, ...]

    def body_html(self) -> str:
        """Return the body in HTML, everything that was typed escaped."""
        return "\n".join(map(_block_html, self.blocks))


def parse(text: str) -> PlainArticle:
    """Return the article that a text holds; raises UnreadableText where there is no title, no body, or too much."""
    lines = [*article_lines(text)]
    title_at = next((number for number, line in enumerate(lines) if line.text), None)
    if title_at is None:
        raise UnreadableText(1, "there is no title")
    title = _title(lines[title_at].text, lines[title_at].number)
    blocks = make_blocks(lines[title_at + 1 :])
    standfirst, key_points, blocks = _summary(blocks)
    blocks, entries = _without_sources(blocks)
    if not any(block.kind in {"paragraph", "list", "numbered", "quote"} for block in blocks):
        last = max((line.number for line in lines if line.text), default=1)
        raise UnreadableText(last, "there is no body: the text ends here without a paragraph")
    return PlainArticle(
        title=title,
        standfirst=standfirst,
        key_points=tuple(_key_points(key_points)),
        blocks=tuple(_with_closing_break(blocks)),
        sources=tuple(_sources(entries)),
    )


def _title(text: str, line: int) -> str:
    title = text.lstrip("# ").strip("*_ ")
    if kind_of(text) in {"list", "numbered", "quote", "break"} or not any(map(str.isalnum, clean_line(title))):
        raise UnreadableText(line, "there is no title: the first line must be one")
    if len(title) > MAX_TITLE_CHARACTERS:
        reason = (
            f"there is no title: the first line has {len(title)} characters, a title {MAX_TITLE_CHARACTERS} at most"
        )
        raise UnreadableText(line, reason)
    return title


def _summary(blocks: list[Block]) -> tuple[str, Block | None, list[Block]]:
    """Split off the standfirst and the list of key points that stand above the body, if they do."""
    rest = [*blocks]
    while rest and _is_label(_BYLINE, rest[0]):
        rest.pop(0)
    standfirst = rest[0].text if _is_standfirst(rest) else ""
    above = rest[1:] if standfirst else rest
    if above and _is_label(_KEY_POINTS_LABEL, above[0]):
        above = above[1:]
    if above and above[0].kind == "list":
        return standfirst, above[0], above[1:]
    return "", None, rest


def _is_standfirst(blocks: list[Block]) -> bool:
    first = blocks[0] if blocks else None
    is_text = first is not None and first.kind in {"paragraph", "heading"} and not _is_label(_KEY_POINTS_LABEL, first)
    return first is not None and is_text and len(first.text) <= MAX_STANDFIRST_CHARACTERS and first.text[-1:] != ":"


def _is_label(pattern: re.Pattern[str], block: Block) -> bool:
    return block.kind in {"paragraph", "heading"} and bool(pattern.fullmatch(block.text.strip("*_ ").rstrip(":. ")))


def _key_points(block: Block | None) -> Iterator[KeyPointText]:
    if block is None:
        return
    for item, line in zip(block.items, block.item_lines, strict=True):
        if len(item) > MAX_KEY_POINT_CHARACTERS:
            raise UnreadableText(line, f"a key point has {len(item)} characters, {MAX_KEY_POINT_CHARACTERS} at most")
        lead, text = _lead_and_text(item)
        if not clean_line(CITATION.sub("", text)):
            raise UnreadableText(line, "a key point has no words")
        yield KeyPointText(lead, text, line)
    if len(block.items) > MAX_KEY_POINTS:
        raise UnreadableText(block.item_lines[MAX_KEY_POINTS], f"there are more than {MAX_KEY_POINTS} key points")


def _lead_and_text(item: str) -> tuple[str, str]:
    bold = _BOLD_LEAD.fullmatch(item)
    if bold and bold[3] and len(bold[2]) <= MAX_LEAD_CHARACTERS:
        return bold[2].strip(), bold[3].lstrip(": ")
    found = _LEAD.fullmatch(item)
    if found and len(found[1].split()) <= MAX_LEAD_WORDS and not re.search(r"[.!?] ", found[1]):
        return found[1].strip("*_ "), found[2].lstrip("*_ ")
    return "", item


def _without_sources(blocks: list[Block]) -> tuple[list[Block], list[tuple[str, int]]]:
    """Split off the list of sources: what stands under a heading that says so, or else the last numbered list."""
    for number, block in reversed(list(enumerate(blocks))):
        if _is_label(_SOURCES_LABEL, block) and number + 1 < len(blocks):
            return blocks[:number], [*_entries(blocks[number + 1 :])]
    for number, block in reversed(list(enumerate(blocks))):
        is_introduced = number > 0 and blocks[number - 1].text.endswith(":")
        if block.kind == "numbered" and not is_introduced:
            return blocks[:number] + blocks[number + 1 :], [*_entries([block])]
        if block.items or len(block.text) > SHORT_LEFTOVER or block.text.endswith((".", "!", "?")):
            break
    return blocks, []


def _entries(blocks: list[Block]) -> Iterator[tuple[str, int]]:
    for block in blocks:
        if block.items:
            yield from zip(block.items, block.item_lines, strict=True)
        elif block.text:
            yield block.text, block.line


def _sources(entries: list[tuple[str, int]]) -> Iterator[SourceText]:
    for number, (entry, line) in enumerate(entries):
        if number >= MAX_SOURCES:
            raise UnreadableText(line, f"there are more than {MAX_SOURCES} sources")
        source = _source(entry, line)
        if len(source.title) > MAX_SOURCE_CHARACTERS:
            raise UnreadableText(line, f"a source has {len(source.title)} characters, {MAX_SOURCE_CHARACTERS} at most")
        if not clean_line(source.title):
            raise UnreadableText(line, "a source has neither a title nor an address")
        yield source


def _source(entry: str, line: int) -> SourceText:
    found = _ADDRESS.search(entry)
    url = found[1].rstrip(".,;:!?)]") if found else ""
    words = (f"{entry[: found.start()]} {entry[found.end() :].lstrip('.')}" if found else entry).strip(_EDGES)
    title, separator, outlet = words.rpartition(" | ")
    if not separator or len(outlet) > MAX_OUTLET_CHARACTERS:
        title, outlet = words, ""
    title = title.strip(_EDGES) if clean_line(title.strip(_EDGES)) else url or entry
    return SourceText(title=title, url=url, outlet=outlet.strip(_EDGES), line=line)


def _with_closing_break(blocks: list[Block]) -> list[Block]:
    """Set the closing section off by a rule where its text stands off from the last heading's by blank lines."""
    gaps = [block.gap for block in blocks[1:]]
    last_heading = max((number for number, block in enumerate(blocks) if block.kind == "heading"), default=None)
    if last_heading is None or not gaps:
        return blocks
    usual = median_low(gaps)
    for number in range(last_heading + 2, len(blocks)):
        block = blocks[number]
        if block.kind == "paragraph" and block.gap >= CLOSING_GAP and block.gap > usual:
            rule = replace(block, kind="break", text="")
            return [*blocks[:number], rule, *blocks[number:]]
    return blocks


def _block_html(block: Block) -> str:
    text = html.escape(block.text, quote=False)
    items = "".join(f"<li>{html.escape(item, quote=False)}</li>" for item in block.items)
    match block.kind:
        case "heading":
            return f"<h2>{text}</h2>"
        case "list":
            return f"<ul>{items}</ul>"
        case "numbered":
            return f"<ol>{items}</ol>"
        case "quote":
            return f"<blockquote><p>{text}</p></blockquote>"
        case "break":
            return "<hr>"
        case _:
            return f"<p>{text}</p>"
