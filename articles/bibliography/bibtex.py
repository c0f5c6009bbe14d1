"""Reading BibTeX: entries, strings, braces and quotation marks, and TeX's ways of writing letters."""

import re
import unicodedata
from collections.abc import Iterator

from articles.bibliography.days import make_day, read_day, read_number
from articles.bibliography.entry import MONTHS, Day, Entry, Problem

_START = re.compile(r"@\s*(\w+)\s*([{(])")
_FIELD = re.compile(r"\s*,?\s*([\w:.+/-]+)\s*=\s*")
_JOINED = re.compile(r"\s*#\s*")
_BARE = re.compile(r"[^\s,#{}\"()]+")
_URL = re.compile(r"\\url\{([^{}]*)\}|\\href\{([^{}]*)\}\{[^{}]*\}")
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327", "k": "\u0328", "d": "\u0323",
}  # fmt: skip
_ACCENTED = re.compile(r"\\([`'^~=.\"]|[uvHckrd](?=[\s{\\]))\s*(?:\{\s*(\\?[A-Za-z])\s*\}|(\\?[A-Za-z]))")
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł",
    "i": "ı", "j": "ȷ", "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "ldots": "…",
    "dots": "…", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
}  # fmt: skip
_MARKS = {"~": " ", "---": "—", "--": "–", "``": "“", "''": "”"}
_TOKEN = re.compile(r"\\([&%$#_{}])|\\([A-Za-z]+)(?:\{\}|\s+|(?![A-Za-z]))|---?|``|''|[{}~]")
_STYLE = re.compile(r"\\(?:emph|textit|textbf|textsc|texttt|mbox|uppercase|textrm)\s*(?=\{)")
_ESCAPED = re.compile(r"\\([&%$#_{}])")


def read_bibtex(text: str) -> tuple[list[Entry], list[Problem]]:
    """Return the entries of a BibTeX file, and what could not be read of it."""
    strings = {month: month for month in MONTHS}
    entries: list[Entry] = []
    problems: list[Problem] = []
    position = 0
    while start := _START.search(text, position):
        line = text.count("\n", 0, start.start()) + 1
        end = _end(text, start.end() - 1)
        if end is None:
            problems.append(Problem(line, f"the entry @{start[1]} has no end"))
            break
        kind, body, position = start[1].lower(), text[start.end() : end], end + 1
        if kind == "string":
            strings |= _fields(body, strings)
        elif kind not in {"comment", "preamble"}:
            fields = _fields(body.partition(",")[2], strings)
            if entry := _entry(fields):
                entries.append(entry)
            else:
                problems.append(Problem(line, f"the entry @{kind} has no title and no address"))
    return entries, problems


def _end(text: str, opening: int) -> int | None:
    closing = {"{": "}", "(": ")"}[text[opening]]
    depth, place = 0, opening
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            place += 1
        elif letter == "{" or (place == opening and letter == "("):
            depth += 1
        elif letter == "}" or (letter == closing and depth == 1):
            depth -= 1
            if depth == 0:
                return place
        place += 1
    return None


def _fields(body: str, strings: dict[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    position = 0
    while found := _FIELD.match(body, position):
        value, position = _value(body, found.end(), strings)
        fields.setdefault(found[1].lower(), value)
    return fields


def _value(body: str, start: int, strings: dict[str, str]) -> tuple[str, int]:
    pieces: list[str] = []
    position = start
    while position < len(body):
        if body[position] == "{":
            end = _end(body, position) or len(body)
            pieces.append(body[position + 1 : end])
            position = end + 1
        elif body[position] == '"':
            end = _quote_end(body, position + 1)
            pieces.append(body[position + 1 : end])
            position = end + 1
        elif bare := _BARE.match(body, position):
            pieces.append(strings.get(bare[0].lower(), bare[0]))
            position = bare.end()
        rest = _JOINED.match(body, position)
        if not rest:
            break
        position = rest.end()
    return "".join(pieces), max(position, start + 1)


def _quote_end(body: str, start: int) -> int:
    depth = 0
    for place in range(start, len(body)):
        depth += {"{": 1, "}": -1}.get(body[place], 0)
        if body[place] == '"' and depth == 0:
            return place
    return len(body)


def _entry(fields: dict[str, str]) -> Entry | None:
    url = _address(fields)
    title = _plain(fields.get("title", ""))
    if subtitle := _plain(fields.get("subtitle", "")):
        title = f"{title}: {subtitle}"
    if not title and not url:
        return None
    names = ("journaltitle", "journal", "booktitle", "organization", "publisher", "institution", "school")
    outlet = next((_plain(fields[name]) for name in names if fields.get(name)), "")
    archived = _URL.search(fields.get("note", "")) if "rchiv" in fields.get("note", "") else None
    return Entry(
        title=title or url,
        url=url,
        outlet=outlet,
        authors=tuple(filter(None, map(_author, _split_authors(fields.get("author", "") or fields.get("editor", ""))))),
        published=_published(fields),
        accessed=read_day(_plain(fields.get("urldate", ""))),
        archive_url=_plain_url(archived[1] or archived[2]) if archived else "",
    )


def _address(fields: dict[str, str]) -> str:
    for name in ("url", "howpublished", "note"):
        value = fields.get(name, "")
        if found := _URL.search(value):
            if name != "note" or "rchiv" not in value:
                return _plain_url(found[1] or found[2])
        elif found_plain := re.search(r"https?://[^\s{}]+", value):
            return _plain_url(found_plain[0])
    doi = _plain(fields.get("doi", "")).removeprefix("https://doi.org/").removeprefix("doi:")
    return f"https://doi.org/{doi}" if doi else ""


def _plain_url(url: str) -> str:
    return _ESCAPED.sub(r"\1", url).strip()


def _published(fields: dict[str, str]) -> Day | None:
    if whole := read_day(_plain(fields.get("date", "")).partition("/")[0]):
        return whole
    year = re.search(r"\d{4}", fields.get("year", ""))
    month = _plain(fields.get("month", "")).lower()
    number = read_number(month) or next((at for at, name in enumerate(MONTHS, 1) if name == month[:3]), 0)
    day = read_number(fields.get("day", "").strip())
    return make_day(int(year[0]), number, day) if year else None


def _split_authors(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for found in re.finditer(r"[{}]|\s+and\s+", text):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0].strip() == "and":
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]


def _author(name: str) -> str:
    if name.strip().startswith("{") and name.strip().endswith("}"):
        return _plain(name)
    parts = [_plain(part) for part in name.split(",")]
    return " ".join(filter(None, [*parts[1:][::-1], parts[0]])) if len(parts) > 1 else parts[0]


def _plain(text: str) -> str:
    """Return what TeX would print."""
    accented = _ACCENTED.sub(_accented, _STYLE.sub("", text))
    return unicodedata.normalize("NFC", " ".join(_TOKEN.sub(_printed, accented).split()))


def _printed(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    if found[2]:
        return _LETTERS.get(found[2], found[0])
    return _MARKS.get(found[0], "")


def _accented(found: re.Match[str]) -> str:
    letter = (found[2] or found[3]).removeprefix("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[found[1]])
