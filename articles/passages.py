"""The passages of a rendered body: its headings, paragraphs and items, and which of them says a given sentence."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser

BLOCK_TAGS = frozenset({"h2", "h3", "h4", "p", "li", "dt", "dd", "td", "th", "figcaption", "pre"})
ALIKE = 0.6  # a passage that was edited is still itself as long as this much of it is there
_UNSAID = frozenset({"sup"})  # citations stand in the text but aren't its words
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Block:
    """A piece of a body: its words, the anchor that leads to it (its heading's, if it has none) and its element."""

    text: str
    anchor: str
    kind: str

    @property
    def is_heading(self) -> bool:
        """Whether it stands over others."""
        return self.kind in {"h2", "h3", "h4"}


def blocks_of(body_html: str) -> list[Block]:
    """Return the blocks of a body that `articles.rendering` made, in order; those without words are left out."""
    reader = _Reader()
    reader.feed(body_html)
    reader.close()
    reader.finish()
    return reader.blocks


def find_passage(words: str, blocks: list[Block]) -> Block | None:
    """Return the block that holds the words, or the one most like them if they were edited a little."""
    wanted = _folded(words)
    if not wanted:
        return None
    folded = [_folded(block.text) for block in blocks]
    for exact in (lambda text: text == wanted, lambda text: f" {wanted} " in f" {text} "):
        for block, text in zip(blocks, folded, strict=True):
            if exact(text):
                return block
    return _most_alike(wanted, list(zip(blocks, folded, strict=True)))


def _most_alike(wanted: str, blocks: list[tuple[Block, str]]) -> Block | None:
    words = wanted.split()
    best, likeness = None, ALIKE
    for block, text in blocks:
        matcher = SequenceMatcher(None, words, text.split(), autojunk=False)
        if matcher.real_quick_ratio() < likeness / 2:
            continue
        kept = sum(match.size for match in matcher.get_matching_blocks()) / len(words)
        if kept > likeness:
            best, likeness = block, kept
    return best


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


class _Reader(HTMLParser):
    """Collects the words of each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.text: list[str] = []
        self.heading = self.anchor = self.kind = ""
        self.unsaid = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unsaid += tag in _UNSAID
        if tag == "br":
            self.text.append(" ")
        if tag in BLOCK_TAGS:
            self.finish()
            self.kind, self.anchor = tag, dict(attrs).get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        self.unsaid -= tag in _UNSAID
        if tag in BLOCK_TAGS:
            self.finish()

    def handle_data(self, data: str) -> None:
        if not self.unsaid:
            self.text.append(data)

    def finish(self) -> None:
        text = " ".join("".join(self.text).split())
        if text:
            block = Block(text, self.anchor or self.heading, self.kind or "p")
            self.heading = self.anchor if block.is_heading else self.heading
            self.blocks.append(block)
        self.text, self.anchor, self.kind = [], "", ""
