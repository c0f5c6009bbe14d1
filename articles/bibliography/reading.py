"""From whatever somebody pasted to sources: BibTeX, RIS, CSL-JSON, or a list that a person wrote."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from articles.bibliography.bibtex import read_bibtex
from articles.bibliography.days import find_day, make_day, read_day, read_number
from articles.bibliography.entry import Day, Entry, Problem, UnreadableListError

MAX_CHARACTERS = 300_000
MAX_ENTRIES = 500
MAX_TITLE_CHARACTERS = 500
_RIS_LINE = re.compile(r"^([A-Z][A-Z0-9]) {1,2}- ?(.*)$")
_NUMBER = re.compile(r"^\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)](?!\d)|[•‣*–—-])\s+")
_URL = re.compile(r"<?\b((?:https?://|www\.|doi\.org/)[^\s<>\"]+)>?", re.IGNORECASE)
_DOI = re.compile(r"\b(?:doi:\s*)?(10\.\d{4,9}/[^\s\"<>]+)", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"]([^“”\"]{4,})[”\"]")
_APA = re.compile(
    r"^(?P<authors>[^(]{2,200}?)\s*\((?P<day>(?:\d{4})[^)]{0,20})\)\.?\s*(?P<title>[^.?!]{4,}[.?!]?)\s*(?P<rest>.*)$"
)
_ACCESSED = re.compile(
    r"\(?\b(?:accessed|retrieved|read|viewed)(?: on)?:?\s+(?P<day>[^.;)]{6,30})[.;)]*", re.IGNORECASE
)
_EDGES = ' \t.,;:|–—-“”"()<>[]'


@dataclass
class Reading:
    """What was understood of a list, and what was not."""

    kind: str
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_list(text: str) -> Reading:
    """Return the sources that a text holds; raises UnreadableListError for one that is too long or holds none."""
    if len(text) > MAX_CHARACTERS:
        raise UnreadableListError(f"The list has more than {MAX_CHARACTERS:,} characters.")
    reading = _read(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(reading.entries) > MAX_ENTRIES:
        raise UnreadableListError(f"The list has more than {MAX_ENTRIES} sources.")
    if not reading.entries and not reading.problems:
        raise UnreadableListError("There is no source in it.")
    return reading


def _read(text: str) -> Reading:
    if text.lstrip().startswith(("[", "{")) and not re.match(r"\s*\[\d{1,3}\]", text):
        return Reading("CSL-JSON", *_read_csl(text))
    if re.search(r"^\s*@\s*\w+\s*[{(]", text, re.MULTILINE):
        return Reading("BibTeX", *read_bibtex(text))
    if re.search(r"^TY {1,2}- ?", text, re.MULTILINE):
        return Reading("RIS", *_read_ris(text))
    return Reading("text", *_read_text(text))


# CSL-JSON


def _read_csl(text: str) -> tuple[list[Entry], list[Problem]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise UnreadableListError(f"line {line}: this isn’t JSON: {getattr(error, 'msg', 'it is too deep')}") from error
    items = data if isinstance(data, list) else data.get("items", [data])
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        entry = _csl_entry(item) if isinstance(item, dict) else None
        if entry:
            entries.append(entry)
        else:
            problems.append(Problem(number, f"item {number} has no title and no URL"))
    return entries, problems


def _csl_entry(item: dict[str, Any]) -> Entry | None:
    url = _text(item.get("URL")) or (f"https://doi.org/{_text(item.get('DOI'))}" if item.get("DOI") else "")
    title = _text(item.get("title"))
    if not title and not url:
        return None
    return Entry(
        title=title or url,
        url=url,
        outlet=_text(item.get("container-title")) or _text(item.get("publisher")),
        authors=tuple(filter(None, map(_csl_name, _items(item.get("author"))))),
        published=_csl_day(item.get("issued")),
        accessed=_csl_day(item.get("accessed")),
        archive_url=_text(item.get("archive_location")),
    )


def _csl_name(name: Any) -> str:
    if not isinstance(name, dict):
        return _text(name)
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return _text(name.get("literal")) or " ".join(filter(None, (_text(name.get(part)) for part in parts)))


def _csl_day(value: Any) -> Day | None:
    if not isinstance(value, dict):
        return read_day(_text(value))
    parts = _items(_items(value.get("date-parts"))[0]) if _items(value.get("date-parts")) else []
    if parts and all(str(part).isdecimal() for part in parts[:3]):
        return make_day(*(read_number(str(part)) for part in parts[:3]))
    return read_day(_text(value.get("raw")) or _text(value.get("literal")))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


# RIS


def _read_ris(text: str) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line, fields in _ris_records(text):
        entry = _ris_entry(fields)
        if entry:
            entries.append(entry)
        else:
            problems.append(Problem(line, "the record has no title and no address"))
    return entries, problems


def _ris_records(text: str) -> Iterator[tuple[int, dict[str, list[str]]]]:
    fields: dict[str, list[str]] | None = None
    start, last = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        found = _RIS_LINE.match(line.lstrip("\ufeff").rstrip())
        if found and found[1] in {"TY", "ER"}:
            if fields is not None:
                yield start, fields
            fields, start, last = ({} if found[1] == "TY" else None), number, ""
        elif found and fields is not None:
            last = found[1]
            fields.setdefault(last, []).append(found[2].strip())
        elif fields and last and line.strip():  # a value that goes on
            fields[last][-1] += f" {line.strip()}"
    if fields is not None:
        yield start, fields


def _ris_entry(fields: dict[str, list[str]]) -> Entry | None:
    def first(*tags: str) -> str:
        return next((value for tag in tags for value in fields.get(tag, ()) if value), "")

    doi = first("DO").removeprefix("https://doi.org/")
    url = first("UR", "L1", "LK") or (f"https://doi.org/{doi}" if doi else "")
    title = first("TI", "T1", "CT", "BT")
    if not title and not url:
        return None
    authors = [name for tag in ("AU", "A1", "A2") for name in fields.get(tag, ())]
    return Entry(
        title=title or url,
        url=url,
        outlet=first("T2", "JO", "JF", "JA", "J2", "PB"),
        authors=tuple(" ".join(reversed([part.strip() for part in name.split(",", 1)])).strip() for name in authors),
        published=read_day(first("DA")) or read_day(first("PY", "Y1")),
        accessed=read_day(first("Y2")),
        archive_url=first("L2"),
    )


# A list that a person wrote


def _read_text(text: str) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line, block in _blocks(text):
        entry = _text_entry(block)
        if entry is None:
            problems.append(Problem(line, "there is neither a title nor an address"))
        elif len(entry.title) > MAX_TITLE_CHARACTERS:
            problems.append(Problem(line, f"the title has more than {MAX_TITLE_CHARACTERS} characters"))
        else:
            entries.append(entry)
    return entries, problems


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield each reference with its line: a numbered item, a paragraph, or else a line."""
    lines = text.split("\n")
    is_marked = sum(bool(_NUMBER.match(line)) for line in lines) >= max(
        1, sum(bool(line.strip()) for line in lines) // 3
    )
    start, block = 0, ""
    for number, line in enumerate(lines, 1):
        begins = bool(_NUMBER.match(line)) if is_marked else not _is_address(line)
        if block and (not line.strip() or begins):
            yield start, block
            block = ""
        if line.strip():
            start = start if block else number
            block = f"{block} {_NUMBER.sub('', line).strip()}".strip()
    if block:
        yield start, block


def _is_address(line: str) -> bool:
    found = _URL.search(line)
    return bool(found) and not line[: found.start()].strip(_EDGES) and not line[found.end() :].strip(_EDGES)  # type: ignore[union-attr]


def _text_entry(text: str) -> Entry | None:
    url, rest = _take_address(text)
    accessed, rest = _take_accessed(rest)
    if found := _APA.match(rest.strip()):
        outlet = found["rest"].strip(_EDGES)
        authors = tuple(
            name.strip(_EDGES) for name in re.split(r"\s*(?:&|;|\band\b)\s*", found["authors"]) if name.strip(_EDGES)
        )
        return Entry(found["title"].strip(_EDGES), url, outlet, authors, read_day(found["day"]), accessed)
    published, written = find_day(rest)
    rest = rest.replace(written, " ", 1) if written else rest
    if quoted := _QUOTED.search(rest):
        before, after = rest[: quoted.start()].strip(_EDGES), rest[quoted.end() :].strip(_EDGES)
        authors = (before,) if before else ()
        return Entry(quoted[1].strip(_EDGES), url, after, authors, published, accessed)
    title, separator, outlet = rest.strip(_EDGES).rpartition(" | ")
    if not separator:
        title, outlet = rest.strip(_EDGES), ""
    title = title.strip(_EDGES) or url
    return Entry(title, url, outlet.strip(_EDGES), (), published, accessed) if title else None


def _take_address(text: str) -> tuple[str, str]:
    if found := _URL.search(text):
        url = found[1].rstrip(".,;:!?)]\"'”")
        if "(" in url and found[1][len(url) : len(url) + 1] == ")":
            url += ")"
        full = url if url.lower().startswith("http") else f"https://{url}"
        return full, f"{text[: found.start()]} {text[found.start() + found[0].find(url) + len(url) :].lstrip('>)')}"
    if found := _DOI.search(text):
        return f"https://doi.org/{found[1].rstrip('.,;')}", f"{text[: found.start()]} {text[found.end() :]}"
    return "", text


def _take_accessed(text: str) -> tuple[Day | None, str]:
    found = _ACCESSED.search(text)
    day = read_day(found["day"].strip()) if found else None
    return (day, f"{text[: found.start()]} {text[found.end() :]}") if found and day else (None, text)
