"""The small Markdown that readers may write: emphasis, links, quotes, code and lists (CommonMark, without the rest).

It makes HTML of text, and everything else that was typed stays text; `articles.richtext` cleans what comes out.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

RULES = ["autolink", "backticks", "blockquote", "emphasis", "escape", "fence", "link", "list", "newline"]
MAX_NESTING = 30  # beyond it the parser drops text, so deep nesting is flattened before
MAX_BLOCK_MARKS = 150
MAX_SPAN_MARKS = 300
REL = "nofollow ugc noopener"

_DEEP = re.compile(
    r"^((?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]))){4})(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))+", re.MULTILINE
)
_INDENT = re.compile(r"^[ \t]{16,}", re.MULTILINE)
_BLOCK_MARK = re.compile(r"^[ \t>]*(?:\d{1,9}(?=[.)])[.)]|[-+*>])", re.MULTILINE)
_SPAN_MARK = re.compile(r"(?<!\\)[\[*_]")
_WEB_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"']+", re.IGNORECASE)
_LOOKS_LIKE_ADDRESS = re.compile(r"\s*(?:https?:/|www\.)", re.IGNORECASE)


def parser(is_web_address: Callable[[str], bool]) -> MarkdownIt:
    """Return a parser that makes links only of addresses that pass; of e-mail addresses it never makes any."""
    markdown = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": MAX_NESTING}).enable(RULES)
    markdown.validateLink = is_web_address  # type: ignore[method-assign, assignment]
    markdown.normalizeLink = str  # type: ignore[method-assign, assignment] # what is typed is where it leads
    markdown.normalizeLinkText = str  # type: ignore[method-assign, assignment]

    def see_to_links(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "fence" and token.info:
                token.content, token.info = f"{token.info.strip()}\n{token.content}", ""  # no word is dropped
            if token.children:
                token.children = list(_honest(_linked(token.children, is_web_address)))

    markdown.core.ruler.push("see_to_links", see_to_links)
    return markdown


def bounded(text: str) -> str:
    """Return the text with nothing nested deeper, and no mark used more often, than anybody does on purpose.

    Marks beyond that are escaped, so that they are shown and cost the parser nothing.
    """
    flat = _DEEP.sub(r"\1", _INDENT.sub(" " * 16, text))
    for marks, most in ((_BLOCK_MARK, MAX_BLOCK_MARKS), (_SPAN_MARK, MAX_SPAN_MARKS)):
        flat = _escape_beyond(marks, most, flat)
    return flat


def _escape_beyond(marks: re.Pattern[str], most: int, text: str) -> str:
    places = [found.end() - 1 for found in marks.finditer(text)][most:]
    pieces = [text[start:end] for start, end in pairwise([0, *places, len(text)])]
    return "\\".join(pieces)


def _linked(tokens: list[Token], is_web_address: Callable[[str], bool]) -> Iterator[Token]:
    """Yield the tokens of a line, with every bare web address made a link."""
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not depth:
            yield from _pieces(token.content, is_web_address)
        else:
            yield token


def _pieces(text: str, is_web_address: Callable[[str], bool]) -> Iterator[Token]:
    position = 0
    for found in _WEB_ADDRESS.finditer(text):
        address = _without_trailing_punctuation(found[0])
        if is_web_address(address):
            yield _text(text[position : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield _text(address)
            yield Token("link_close", "a", -1)
            position = found.start() + len(address)
    yield _text(text[position:])


def _honest(tokens: Iterator[Token]) -> Iterator[Token]:
    """Yield the tokens, where no link says that it leads elsewhere; what such a one says stands before it, as text."""
    for token in tokens:
        if token.type != "link_open":
            yield token
            continue
        inside = []
        for part in tokens:
            if part.type == "link_close":
                break
            inside.append(part)
        target, title = str(token.attrs["href"]), str(token.attrs.get("title", ""))
        said = "".join(part.content for part in inside).strip()
        is_spoof = _LOOKS_LIKE_ADDRESS.match(said) and said.rstrip("/") != target.rstrip("/")
        if is_spoof:
            yield from [*inside, _text(" ")]
        yield Token("link_open", "a", 1, attrs={"href": target, "rel": REL})
        yield from [_text(target)] if is_spoof or not said else inside
        yield Token("link_close", "a", -1)
        if title:
            yield _text(f" “{title}”")


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _without_trailing_punctuation(address: str) -> str:
    bare = address.rstrip(".,;:!?*_…")
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(".,;:!?*_…")
    return bare
