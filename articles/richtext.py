"""The one module that sanitises: what it stores is what is shown, and nothing else marks text as safe.

bleach (which has no maintainer any more) is imported here alone, and fenced in: sizes are limited before anything is
parsed, attributes pass our own scheme gate, cleaning is repeated until nothing changes, and a fresh `Cleaner` is made
for every call, since a shared one mixes up threads.
"""

import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bleach.html5lib_shim import Filter  # type: ignore[attr-defined]
from bleach.sanitizer import Cleaner
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe

from articles import reply_markdown
from articles.citations import CITATION

MAX_BODY_BYTES = 300_000
MAX_REPLY_CHARACTERS = 5_000
MAX_TAGS = 3_000
MAX_TAG_CHARACTERS = 10_000
MAX_MARKS = 6_000  # of < and &, each of which the parser looks at closely
MAX_NESTING = 40
MAX_ATTRIBUTES = 30
MAX_CITATIONS = 2_000
MAX_PASSES = 3
MAX_MARKS_ON_A_LETTER = 4

BODY_TAGS = frozenset(
    "a abbr b blockquote br caption cite code dd del dl dt em figcaption figure h2 h3 h4 hr i img ins li mark ol p pre "
    "q s strong sub sup table tbody td tfoot th thead tr ul".split()
)
BODY_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "cite": {"data-source"},  # a citation, by the key of its source
    "img": {"src", "alt", "width", "height", "data-image"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
LINK_SCHEMES = ("http", "https", "mailto")
WEB_SCHEMES = ("http", "https")
VOID_TAGS = frozenset({"br", "hr", "img"})
UNREADABLE_TAGS = frozenset({"script", "style"})  # what stands in them isn't text for people
SELF_CLOSING_TAGS = frozenset({"dd", "dt", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr"})
REPLY_TAGS = frozenset("a blockquote br code em li ol p pre strong ul".split())

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DIRECTION_OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_ZERO_WIDTH = re.compile(r"[\u00ad\u200b\u2060\ufeff]")  # not the joiners, which emoji and Persian need
INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_SEEN = re.compile(  # anything but spaces, joiners, fillers, selectors and the like, and an empty cell of Braille
    r"[^\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_SELECTOR = re.compile(r"[\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef]")  # of a letter's or emoji's form
_REFERENCE = re.compile(r"&#(?:x[0-9a-f]{1,8}|[0-9]{1,9});?", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""[\s/]*(?:=[^\s/>=]*|[^\s/>=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|(?!["'])[^\s>]*))?""")
_WHOLE_TAG = re.compile(r"""<([a-zA-Z][\w:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE_NAME = re.compile(r"""([a-zA-Z][\w:-]*)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)""")
_ANY = re.compile("")
_NUMBER = re.compile(r"[0-9]{1,4}%?$")
_VALUES = dict.fromkeys(("colspan", "rowspan", "width", "height", "start"), _NUMBER) | {
    "data-source": re.compile(r"[a-z0-9]{1,12}$"),
    "data-image": re.compile(r"[0-9]{1,18}$"),
}


class TextRefused(ValueError):  # noqa: N818 - the sentence that it carries is for people
    """A text that is too large or too tangled to be taken; the message says which, for whoever wrote it."""


# Plain text


def clean_line(text: str) -> str:
    """Return one line, such as a title or a name: NFC, no controls or direction overrides, single spaces.

    It is empty where nothing could be seen.
    """
    visible = _without_stacks(_ZERO_WIDTH.sub("", _DIRECTION_OVERRIDES.sub("", clean_text(text))))
    return " ".join(visible.split())


def clean_text(text: str) -> str:
    """Return text of several lines: NFC, line feeds alone between them, and no controls but newline and tab.

    It is empty if nothing of it could be seen.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = unicodedata.normalize("NFC", _CONTROLS.sub("", lines)).strip()
    return cleaned if _SEEN.search(cleaned) else ""


def _without_stacks(text: str) -> str:
    """Return the text with no more than MAX_MARKS_ON_A_LETTER marks on any letter: a tower covers other lines."""
    if text.isascii():
        return text
    kept, height = [], 0
    for character in text:
        is_mark = unicodedata.category(character) in {"Mn", "Me"} and not _SELECTOR.match(character)
        height = height + 1 if is_mark else 0
        if height <= MAX_MARKS_ON_A_LETTER:
            kept.append(character)
    return "".join(kept)


# Addresses


def is_safe_url(url: str, *, schemes: tuple[str, ...] = WEB_SCHEMES) -> bool:
    """Whether a browser that follows the address stays with these schemes or on this site.

    It decides as browsers read, not as bleach does: entities decoded, invisible characters dropped, no backslash, no
    `//host`, and no colon in the first segment of a path but that of a scheme in the list.
    """
    address = INVISIBLE.sub("", html.unescape(url))
    if "\\" in address or address.startswith("//"):
        return False
    scheme, colon, rest = address.partition(":")
    if not colon or re.search(r"[/?#]", scheme):
        return True
    if scheme.lower() not in schemes:
        return False
    return scheme.lower() == "mailto" or _has_plain_host(rest)


def validate_url(url: str) -> None:
    """Raise ValidationError unless this is a full http or https address that is safe to follow; a field's validator."""
    if not url.lower().startswith(("http://", "https://")) or not is_safe_url(url):
        raise ValidationError("Enter a valid URL that begins with http:// or https://.", code="unsafe_url")


def _has_plain_host(rest: str) -> bool:
    try:
        host = urlsplit(f"http:{rest}")
    except ValueError:
        return False
    # A name before an @ is there to be taken for the host.
    return rest.startswith("//") and bool(host.hostname) and "@" not in host.netloc


# Bodies


def clean_body(text: str) -> str:
    """Return the HTML of staff with nothing in it but what is allowed; cleaning the result again changes nothing.

    Text without any tag becomes paragraphs. Raises TextRefused for more than MAX_BODY_BYTES bytes of UTF-8, and for
    markup so deep or dense that parsing it would take long.
    """
    refuse_oversize(text)
    dirty = _REFERENCE.sub(_without_control, clean_text(text))
    _refuse_tangle(dirty)
    if any(f"<{tag}" in dirty.lower() for tag in UNREADABLE_TAGS):
        dirty = _cleaner(BODY_TAGS | UNREADABLE_TAGS, filters=[_WithoutUnreadable]).clean(dirty)
    for _ in range(MAX_PASSES):
        clean = _in_paragraphs(_cleaner(BODY_TAGS, filters=[]).clean(dirty).strip())
        if clean == dirty:
            refuse_oversize(clean)
            _refuse_tangle(clean)  # an open tag that was closed now counts twice
            return clean
        dirty = clean
    raise TextRefused("The text is so tangled that it can't be cleaned: paste it as plain text.")


def taken_out(dirty: str, clean: str) -> list[str]:
    """Return the tags and attributes that `clean_body` took out of a text, as written, the most frequent first."""
    counts = [Counter(_marks(text)) for text in (dirty, clean)]
    return [f"{mark} ({number})" for mark, number in (counts[0] - counts[1]).most_common() if mark not in counts[1]]


def _marks(text: str) -> Iterator[str]:
    for tag in _WHOLE_TAG.finditer(text):
        yield f"<{tag[1].lower()}>"
        yield from (f"{name.lower()}=…" for name in _ATTRIBUTE_NAME.findall(tag[2]))


def _in_paragraphs(clean: str) -> str:
    if "<" in clean:
        return clean
    marked = "".join(f"<p>{block}</p>" for block in _paragraphs(clean))
    _refuse_tangle(marked)
    return marked


def refuse_oversize(text: str) -> None:
    """Raise TextRefused for a body of more than MAX_BODY_BYTES bytes."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BODY_BYTES:
        raise TextRefused(f"The text has {size:,} bytes; at most {MAX_BODY_BYTES:,} are taken.")


def _refuse_tangle(text: str) -> None:
    # What this lets through, the parser reads in time that grows with the text's length alone.
    if text.count("<") + text.count("&") > MAX_MARKS:
        raise TextRefused(f"The text has more than {MAX_MARKS:,} of the characters < and &.")
    if len(CITATION.findall(text)) + text.count("<cite ") > MAX_CITATIONS:
        raise TextRefused(f"The text has more than {MAX_CITATIONS:,} citations.")
    opened: Counter[str] = Counter()
    for number, tag in enumerate(_tags(text)):
        if number >= MAX_TAGS:
            raise TextRefused(f"The text has more than {MAX_TAGS:,} tags.")
        if tag.attributes > MAX_ATTRIBUTES or tag.length > MAX_TAG_CHARACTERS:
            raise TextRefused(f"The text has a tag with more than {MAX_ATTRIBUTES} attributes, or an endless one.")
        if tag.name not in VOID_TAGS | SELF_CLOSING_TAGS:
            # An end tag without its start closes nothing.
            opened[tag.name] = max(0, opened[tag.name] - 1) if tag.closes else opened[tag.name] + 1
        if opened.total() > MAX_NESTING:
            raise TextRefused(f"The text has tags nested more than {MAX_NESTING} deep, or left open.")


class _Tag(NamedTuple):
    closes: bool
    name: str
    attributes: int
    length: int


def _tags(text: str) -> Iterator[_Tag]:
    """Yield the tags of a text as a browser tells them apart; attributes are counted up to one too many."""
    position = 0
    while tag := _TAG.search(text, position):
        position, attributes = tag.end(), 0
        while attributes <= MAX_ATTRIBUTES and (attribute := _ATTRIBUTE.match(text, position)):
            position, attributes = attribute.end(), attributes + 1
        yield _Tag(bool(tag[1]), tag[2].lower(), attributes, position - tag.start())


def _without_control(reference: re.Match[str]) -> str:
    return reference[0] if _CONTROLS.sub("", html.unescape(reference[0])) else ""


def _cleaner(tags: frozenset[str], filters: list[Any]) -> Cleaner:
    return Cleaner(tags=tags, attributes=_is_allowed, protocols=LINK_SCHEMES, strip=True, filters=filters)


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if name not in BODY_ATTRIBUTES.get(tag, ()):
        return False
    match name:
        case "href":
            return is_safe_url(value, schemes=LINK_SCHEMES)
        case "src":  # no page of ours makes a browser ask anybody else
            return value.startswith("/") and is_safe_url(value)
        case "scope":
            return value in {"row", "col", "rowgroup", "colgroup"}
        case _:
            return bool(_VALUES.get(name, _ANY).match(value))


class _WithoutUnreadable(Filter):  # type: ignore[misc]
    """Drops scripts and style sheets with what stands in them, which bleach alone would leave as text."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        inside = 0
        for token in super().__iter__():
            if token.get("name") in UNREADABLE_TAGS:
                inside += {"StartTag": 1, "EndTag": -1}.get(token["type"], 0)
            elif not inside:
                yield token


# Replies


def render_reply(text: str) -> str:
    """Return the HTML of a reader's text: a small Markdown, in which nothing typed is ever a tag.

    Bare web addresses become links; e-mail addresses are left alone.
    """
    visible = _without_stacks(_DIRECTION_OVERRIDES.sub("", clean_text(text)))
    cleaner = Cleaner(tags=REPLY_TAGS, attributes=_is_allowed_in_reply, protocols=WEB_SCHEMES, strip=True)
    return cleaner.clean(_REPLY_MARKDOWN.render(reply_markdown.bounded(visible))).strip()


def _is_web_address(address: str) -> bool:
    return address.lower().startswith(("http://", "https://")) and is_safe_url(address)


def _is_allowed_in_reply(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return _is_web_address(value)
        case "a", "rel":
            return value == reply_markdown.REL
        case "ol", "start":
            return bool(re.fullmatch(r"[0-9]{1,9}", value))
        case _:
            return False


_REPLY_MARKDOWN = reply_markdown.parser(_is_web_address)


def _paragraphs(text: str) -> Iterator[str]:
    for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", text):
        if block.strip():
            yield block.strip().replace("\n", "<br>\n")


# Marking as safe


def trusted(stored: str) -> SafeString:
    """Mark HTML as safe that `articles.rendering` or `render_reply` made; a template filter."""
    return mark_safe(stored)  # noqa: S308 - the one place


def script_json(data: Any) -> SafeString:
    """Return JSON that can stand in a script element: nothing in it can end the element or the page."""
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 - the one place
