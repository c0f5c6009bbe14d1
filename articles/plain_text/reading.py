"""From bytes to lines: what isn't text is refused, what is page furniture is dropped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_FILE_BYTES = 300_000
MAX_LINES = 20_000
BODY_LINE = 100  # characters: a line this long is text, not furniture
SHORT_SENTENCE = 40  # characters: so is one this long that ends as a sentence does

_SPACES = re.compile(r"[\t\x0b\x0c \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_NOTHING = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")
_NEWLINES = re.compile(r"\r\n|[\r\u0085\u2028\u2029]")

# What blogs put around an article. A line is furniture only if nothing else stands on it.
_ALWAYS = re.compile(
    r"spread the love|share this( post| article| story)?|like this|loading\W*|like loading\W*|skip to (main )?content"
    r"|your e-?mail address will not be published\W.*|required fields are marked\W*|cancel reply|post navigation"
    r"|post comment|comment ?\*|name ?\*|e-?mail ?\*|website|save my name, e-?mail.*|advertisement|read more"
    r"|click to share on .*|.* \(opens in new window\)|(©|copyright ©).*|all rights reserved"
    r"|(tags|filed under|posted in): .*",
    re.IGNORECASE,
)
_SHARE = re.compile(r"spread the love|share this( post| article| story)?|like this", re.IGNORECASE)
_SERVICE = re.compile(
    r"facebook|twitter|x|bluesky|mastodon|linkedin|whatsapp|pinterest|reddit|telegram|tumblr|threads|e-?mail|print|tweet"
    r"|share|copy link|more|pocket|messenger|instagram|youtube",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"(related|similar|recent|more) (posts?|articles?|stories|reading)|you (may|might) also like", re.IGNORECASE
)
_REPLIES = re.compile(
    r"(leave|post|write|add) a (reply|comment)( cancel reply)?|\d+ (comments?|repl(y|ies)|thoughts? on .*)"
    r"|join the (conversation|discussion)|comments are closed",
    re.IGNORECASE,
)


class UnreadableText(ValueError):  # noqa: N818 - the sentence that it carries is for people
    """A text that can't be read as an article; says on which line, counted from 1, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(frozen=True)
class Line:
    """A line without the spaces around it, its number in the file, and whether it was indented."""

    number: int
    text: str
    is_indented: bool


def decode(data: bytes) -> str:
    """Return the text of a file; raises UnreadableText if it is empty, too large, binary or not UTF-8."""
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableText(
            _line_of(data, MAX_FILE_BYTES), f"here the file passes {MAX_FILE_BYTES:,} bytes, the limit"
        )
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnreadableText(1, "the file is UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise UnreadableText(_line_of(data, data.index(b"\0")), "the file is binary, not text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableText(_line_of(data, error.start), "the file is not UTF-8") from error
    if not text.strip("\ufeff \t\r\n\f\v\u00a0"):
        raise UnreadableText(1, "the file is empty")
    return text


def article_lines(text: str) -> list[Line]:
    """Return the lines of the article, blank ones included, without the furniture of the page around it.

    Raises UnreadableText for more than MAX_LINES lines.
    """
    lines = list(_lines(text))
    if len(lines) > MAX_LINES:
        raise UnreadableText(MAX_LINES + 1, f"there are more than {MAX_LINES:,} lines")
    is_body_seen = False
    kept: list[Line] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if is_body_seen and _is(_REPLIES, line):
            break
        if is_body_seen and _is(_RELATED, line):
            position = _after_titles(lines, position)
        elif _is(_SHARE, line):
            position = _after_services(lines, position)
        elif not (_is(_ALWAYS, line) or _is(_REPLIES, line)):
            is_body_seen = is_body_seen or _is_sentence(line)
            kept.append(line)
    return kept


def _lines(text: str) -> Iterator[Line]:
    for number, raw in enumerate(_NEWLINES.sub("\n", text).split("\n"), 1):
        bare = _SPACES.sub(" ", _NOTHING.sub("", raw))
        yield Line(number, bare.strip(), bare.startswith(" "))


def _is(pattern: re.Pattern[str], line: Line) -> bool:
    return bool(line.text) and len(line.text) <= BODY_LINE and bool(pattern.fullmatch(line.text.rstrip(":. ")))


def _after_services(lines: list[Line], position: int) -> int:
    after = position
    while position < len(lines) and (not lines[position].text or _is(_SERVICE, lines[position])):
        position += 1
        if lines[position - 1].text:
            after = position
    return after


def _after_titles(lines: list[Line], position: int) -> int:
    # The titles of other articles: short lines, up to the next thing that isn't one.
    while position < len(lines) and not _ends_titles(lines[position]):
        position += 1
    return position


def _ends_titles(line: Line) -> bool:
    is_numbered = re.match(r"\W?\d{1,3}[.)\]]", line.text)
    return bool(is_numbered or len(line.text) > BODY_LINE or _is(_REPLIES, line) or _is(_SHARE, line))


def _is_sentence(line: Line) -> bool:
    return len(line.text) > BODY_LINE or (
        len(line.text) > SHORT_SENTENCE and line.text.rstrip("”\"')] ").endswith((".", "!", "?"))
    )


def _line_of(data: bytes, position: int) -> int:
    before = data[:position]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1
