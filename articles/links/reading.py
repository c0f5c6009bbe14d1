"""What a page says: its readable text and the facts in its head, in one pass that takes time in line with its length.

`html.parser` takes quadratic time on some broken pages, and html5lib seconds on a large one; a page of a stranger gets
neither. Nothing found here is ever shown as HTML.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_TAG_CHARACTERS = 20_000
MAX_FINDINGS = 300  # of each kind

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
# A quote that isn't closed takes all the rest of its tag.
_ATTRIBUTE = re.compile(
    r"([^\s=/>\"']{1,100})(?:\s{0,20}=\s{0,20}(?:\"([^\"]*)(?:\"|\Z)|'([^']*)(?:'|\Z)|([^\s\"'>]+)))?"
)
_RAW = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "textarea", "noscript", "svg")}
_TITLES = {"title", "h1"}
_ASIDE = {"nav", "header", "footer", "aside", "select", "button", "template", "iframe", "head"}
_CORE = {"article", "main"}
ENOUGH_WORDS = 40  # of an <article> or <main>, to be taken for the text of the page


@dataclass
class Token:
    """A tag, or the text before the next; `name` is empty for text and begins with a slash for an end tag."""

    name: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Reading:
    """What was found on a page."""

    title: str = ""
    heading: str = ""
    canonical: str = ""
    metas: list[tuple[str, str]] = field(default_factory=list)
    linked_data: list[str] = field(default_factory=list)
    text: str = ""


def read_page(markup: str) -> Reading:
    """Return what a page says."""
    return _Reader().read(markup)


class _Reader:
    def __init__(self) -> None:
        self.page = Reading()
        self.parts: dict[str, list[str]] = {"every": [], "all": [], "core": [], "title": [], "h1": []}
        self.aside = self.core = 0
        self.within = ""
        self.closed = ""

    def read(self, markup: str) -> Reading:
        for token in tokens(markup):
            if not token.name:
                self._take_text(token.text)
            elif token.name.startswith("/"):
                self._close(token.name[1:])
            else:
                self._open(token)
        core, body, everything = (self._words(kind) for kind in ("core", "all", "every"))
        self.page.text = core if core.count(" ") >= ENOUGH_WORDS else body or everything
        self.page.title, self.page.heading = self._words("title"), self._words("h1")
        return self.page

    def _words(self, kind: str) -> str:
        return " ".join(" ".join(self.parts[kind]).split())

    def _open(self, token: Token) -> None:
        self._note(token)
        if token.name in _TITLES and token.name not in self.closed:
            self.within = token.name
        self.aside += token.name in _ASIDE
        self.core += token.name in _CORE
        if token.name == "body":
            self.aside = 0  # a head that was never closed

    def _close(self, name: str) -> None:
        if name == self.within:
            self.within, self.closed = "", f"{self.closed} {name}"
        self.aside = max(0, self.aside - (name in _ASIDE))
        self.core = max(0, self.core - (name in _CORE))

    def _take_text(self, text: str) -> None:
        words = html.unescape(text)
        if self.within:
            self.parts[self.within].append(words)
        if self.within == "title":
            return
        self.parts["every"].append(words)
        if not self.aside:
            self.parts["all"].append(words)
        if self.core and not self.aside:
            self.parts["core"].append(words)

    def _note(self, token: Token) -> None:
        attributes = token.attributes
        if token.name == "meta" and len(self.page.metas) < MAX_FINDINGS:
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
            if name and attributes.get("content"):
                self.page.metas.append((name.strip().lower(), attributes["content"]))
        elif token.name == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self.page.canonical = self.page.canonical or attributes.get("href", "")
        elif token.name == "script" and attributes.get("type", "").lower().startswith("application/ld+json"):
            self.page.linked_data[MAX_FINDINGS - 1 :] = [token.text]


def tokens(markup: str) -> Iterator[Token]:
    """Yield the tags and texts of a page in order; every character is looked at a bounded number of times."""
    place = 0
    while place < len(markup):
        start = markup.find("<", place)
        if start < 0:
            yield Token("", markup[place:])
            return
        if start > place:
            yield Token("", markup[place:start])
        found = _TAG.match(markup, start)
        if found is None:
            place = _after_no_tag(markup, start)
            continue
        end = _end_of_tag(markup, found.end())
        token = _tag(markup, found, end)
        place = end + 1
        if token.name in _RAW:
            place = _take_raw(markup, token, place)
        yield token


def _after_no_tag(markup: str, start: int) -> int:
    """Return where a comment, a declaration or a lone `<` ends; one that never ends takes all that follows."""
    if markup.startswith("<!--", start):
        end = markup.find("-->", start + 4)
        return end + 3 if end >= 0 else len(markup)
    if markup.startswith(("<!", "<?", "</"), start):
        end = markup.find(">", start)
        return end + 1 if end >= 0 else len(markup)
    return start + 1


def _end_of_tag(markup: str, place: int) -> int:
    """Return where the tag's `>` is, outside quotes if these are closed; a tag without end stops at its limit."""
    limit = min(len(markup), place + MAX_TAG_CHARACTERS)
    while place < limit:
        character = markup[place]
        if character == ">":
            return place
        if character in "\"'" and markup[place - 1] == "=":
            closing = markup.find(character, place + 1, limit)
            place = closing if closing >= 0 else place
        place += 1
    return limit


def _tag(markup: str, found: re.Match[str], end: int) -> Token:
    name = found.group(1).lower()
    if found.group().startswith("</"):
        return Token(f"/{name}")
    if name not in {"meta", "link", "script"}:
        return Token(name)
    attributes: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(markup, found.end(), end):
        value = next((part for part in attribute.groups()[1:] if part is not None), "")
        attributes.setdefault(attribute.group(1).lower(), html.unescape(value))
    return Token(name, attributes=attributes)


def _take_raw(markup: str, token: Token, place: int) -> int:
    """Keep what stands up to the end tag of an element that holds no markup; return where that is."""
    closing = _RAW[token.name].search(markup, place)
    end = closing.start() if closing else len(markup)
    token.text = markup[place:end]
    return end
