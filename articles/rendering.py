"""From a stored body to the one that pages show: anchors, citations with their sources, and pictures.

It is given clean HTML only, and escapes all that it adds, so that its result can be trusted.
"""

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypedDict

from django.utils.text import slugify

from articles.richtext import INVISIBLE, clean_line

HEADINGS = frozenset({"h2", "h3", "h4"})
ANCHORED = frozenset({"p", "li"})
PICTURE_SIZES = "(min-width: 44rem) 41rem, 92vw"
_PICTURE = re.compile(r'<img\b[^>]*\bdata-image="([0-9]{1,18})"')
_NOTE_END = "</span></sup>"
_LOOKS_LIKE_ADDRESS = re.compile(r"https?:/|www\.", re.IGNORECASE)


class Heading(TypedDict):
    """A heading of a body: its level (2 to 4), its anchor and its text."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class CitedSource:
    """A source as a citation shows it: its number in the list, and a line that says what it is."""

    number: int
    words: str


@dataclass(frozen=True)
class PagePicture:
    """A picture of the library as a page shows it: its files, its size in pixels, and whose it is."""

    url: str
    srcset: str
    sources: list[dict[str, str]]
    width: int
    height: int
    credit: str


@dataclass(frozen=True)
class Rendered:
    """A body as pages show it, its headings, and how many times each source is cited, by its number."""

    html: str
    headings: list[Heading] = field(default_factory=list)
    citations: dict[int, int] = field(default_factory=dict)


def pictures_in(body: str) -> set[int]:
    """Return the keys of the pictures of the library that a clean body shows."""
    return {int(key) for key in _PICTURE.findall(body)}


def render_body(
    body: str, sources: Mapping[str, CitedSource], pictures: Mapping[int, PagePicture] | None = None
) -> Rendered:
    """Return a clean body as pages show it; it may cite `sources`, by their keys, and show `pictures`, by theirs."""
    renderer = _Renderer(sources, pictures or {})
    renderer.feed(body)
    renderer.close()
    return Rendered("".join(renderer.output), renderer.headings, renderer.citations)


@dataclass
class _Opened:
    """A heading or link whose end is still to come."""

    tag: str
    start: int  # its place in the output
    address: str
    text: str = ""


class _Renderer(HTMLParser):
    """Copies clean HTML and adds what belongs to the page rather than to the text."""

    def __init__(self, sources: Mapping[str, CitedSource], pictures: Mapping[int, PagePicture]) -> None:
        super().__init__(convert_charrefs=False)
        self.sources = sources
        self.pictures = pictures
        self.credit = ""
        self.output: list[str] = []
        self.headings: list[Heading] = []
        self.citations: dict[int, int] = {}
        self.anchors: Counter[str] = Counter()
        self.opened: list[_Opened] = []
        self.cited: CitedSource | None = None
        self.is_citing = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "cite" and "data-source" in values:
            self._cite(self.sources.get(values["data-source"] or ""))
            return
        picture = self.pictures.get(int(values.get("data-image") or 0)) if tag == "img" else None
        if picture:
            self._show(picture, values.get("alt") or "")
            return
        if tag in HEADINGS or tag == "a":
            self.opened.append(_Opened(tag, len(self.output), values.get("href") or ""))
        self.output.append(self._anchored(tag) or self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "cite" and self.is_citing:
            self.is_citing = False
            return
        if tag in {"figure", "figcaption"} and self.credit:
            credit = html.escape(self.credit)
            self.output.append(f" {credit}" if tag == "figcaption" else f"<figcaption>{credit}</figcaption>")
            self.credit = ""
        if self.opened and self.opened[-1].tag == tag:
            self._close(self.opened.pop())
        self.output.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._copy(data, data)

    def handle_entityref(self, name: str) -> None:
        self._copy(html.unescape(f"&{name};"), f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(html.unescape(f"&#{name};"), f"&#{name};")

    def _anchored(self, tag: str) -> str:
        if tag not in ANCHORED:
            return ""
        self.anchors["p"] += 1
        return f'<{tag} id="p-{self.anchors["p"]}">'

    def _copy(self, text: str, markup: str) -> None:
        if self.is_citing:  # what an editor shows in a citation is made anew
            return
        for opened in self.opened:
            opened.text += text
        self.output.append(markup)

    def _close(self, opened: _Opened) -> None:
        text = INVISIBLE.sub("", opened.text)
        if opened.tag in HEADINGS:
            anchor = self._free_anchor(opened.text)
            heading = Heading(level=int(opened.tag[1]), id=anchor, text=clean_line(opened.text))
            self.headings.append(heading)
            self.output[opened.start] = f'<{opened.tag} id="{anchor}">'
        elif _LOOKS_LIKE_ADDRESS.match(text) and text.rstrip("/") != opened.address.rstrip("/"):
            self.output[opened.start + 1 :] = [html.escape(opened.address)]  # no link says that it leads elsewhere

    def _free_anchor(self, text: str) -> str:
        wanted = f"h-{slugify(text, allow_unicode=True)[:80] or 'part'}"
        self.anchors[wanted] += 1
        if self.anchors[wanted] == 1:
            return wanted
        return self._free_anchor(f"{wanted.removeprefix('h-')}-{self.anchors[wanted]}")

    def _show(self, picture: PagePicture, alternative_text: str) -> None:
        sources = "".join(
            f'<source type="{source["type"]}" srcset="{html.escape(source["srcset"])}" sizes="{PICTURE_SIZES}">'
            for source in picture.sources
        )
        self.output.append(
            f'<picture>{sources}<img src="{html.escape(picture.url)}" srcset="{html.escape(picture.srcset)}"'
            f' sizes="{PICTURE_SIZES}" width="{picture.width}" height="{picture.height}"'
            f' alt="{html.escape(alternative_text)}" loading="lazy" decoding="async"></picture>'
        )
        self.credit = picture.credit

    def _cite(self, source: CitedSource | None) -> None:
        self.is_citing = True
        if source is None:  # the desk is told; readers can't do anything about it
            return
        number, comma = source.number, ", " if self.output and self.output[-1].endswith(_NOTE_END) else ""
        time = self.citations[number] = self.citations.get(number, 0) + 1
        self.output.append(
            f'<sup class="citation">{comma}'
            f'<a href="#source-{number}" id="cite-{number}-{time}" role="doc-noteref">{number}</a>'
            f'<span class="source-note">{html.escape(source.words)}{_NOTE_END}'
        )
