"""From sources to the formats of reference managers.

CSL-JSON: https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html. BibTeX: the `@online` of biblatex, which
BibTeX's own styles read as `@misc`. RIS: https://en.wikipedia.org/wiki/RIS_(file_format).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from articles.bibliography.entry import MONTHS, Day, Entry

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_SPECIAL = re.compile(r"[\\{}$&%#_~^]")
_CAPITALS = re.compile(r"(?<![\w\\])[^\W\d_]*[A-Z][^\W\d_]*")
_UNSAFE_IN_URL = re.compile(r"[\\{}%#\s]")


def to_csl(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the sources as a CSL-JSON list."""
    return [_csl(entry, key) for entry, key in zip(entries, citation_keys(entries), strict=True)]


def to_bibtex(entries: Sequence[Entry]) -> str:
    """Return the sources as a BibTeX file in UTF-8."""
    records = [_bibtex(entry, key) for entry, key in zip(entries, citation_keys(entries), strict=True)]
    return "\n".join(records)


def to_ris(entries: Iterable[Entry]) -> str:
    """Return the sources as a RIS file, whose lines end as it wants them to."""
    return "".join(f"{line}\r\n" for entry in entries for line in (*_ris(entry), ""))


def citation_keys(entries: Iterable[Entry]) -> list[str]:
    """Return a key of ASCII letters and digits for each source, no two alike."""
    keys: list[str] = []
    for entry in entries:
        name = entry.authors[0].rsplit(" ", 1)[-1] if entry.authors else entry.outlet or entry.title
        base = (_ascii(name)[:20] or "source") + (str(entry.published.year) if entry.published else "")
        suffixes = ("", *(chr(ord("a") + number) for number in range(26)), *(f"x{number}" for number in range(10_000)))
        keys.append(next(key for suffix in suffixes if (key := base + suffix) not in keys))
    return keys


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())


def _csl(entry: Entry, key: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": key,
        "type": "article-newspaper" if entry.outlet else "webpage" if entry.url else "document",
        "title": entry.title,
        "author": [{"literal": author} for author in entry.authors],
        "container-title": entry.outlet,
        "issued": _csl_date(entry.published),
        "accessed": _csl_date(entry.accessed),
        "URL": entry.url,
        "archive_location": entry.archive_url,
    }
    return {name: value for name, value in facts.items() if value}


def _csl_date(day: Day | None) -> dict[str, Any]:
    return {"date-parts": [day.parts]} if day else {}


def _bibtex(entry: Entry, key: str) -> str:
    fields = {
        "title": _tex(entry.title, keep_case=True),
        "author": " and ".join(f"{{{_tex(author)}}}" for author in entry.authors),
        "journaltitle": _tex(entry.outlet),
        "organization": _tex(entry.outlet),
        "date": str(entry.published or ""),
        "year": str(entry.published.year) if entry.published else "",
        "month": MONTHS[entry.published.month - 1] if entry.published and entry.published.month else "",
        "url": _tex_url(entry.url),
        "urldate": str(entry.accessed or ""),
        "note": f"Archived at \\url{{{_tex_url(entry.archive_url)}}}" if entry.archive_url else "",
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{key},", *lines, "}", ""])


def _tex(text: str, *, keep_case: bool = False) -> str:
    pieces, end = [], 0
    for found in _CAPITALS.finditer(text) if keep_case else ():
        pieces += [_escaped(text[end : found.start()]), f"{{{_escaped(found[0])}}}"]
        end = found.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _TEX[found[0]], text)


def _tex_url(url: str) -> str:
    return _UNSAFE_IN_URL.sub(lambda found: found[0] if found[0] in "%#" else f"%{ord(found[0]):02X}", url)


def _ris(entry: Entry) -> list[str]:
    published, accessed = _ris_date(entry.published), _ris_date(entry.accessed)
    lines = [("TY", "NEWS" if entry.outlet else "ELEC"), ("TI", entry.title)]
    lines += [("AU", author) for author in entry.authors]
    lines += [("T2", entry.outlet), ("PY", str(entry.published.year) if entry.published else ""), ("DA", published)]
    lines += [("UR", entry.url), ("Y2", accessed), ("L2", entry.archive_url)]
    written = [f"{tag}  - {' '.join(value.split())}" for tag, value in lines if value]
    return [*written, "ER  - "]


def _ris_date(day: Day | None) -> str:
    if day is None:
        return ""
    month, of_month = (f"{part:02}" if part else "" for part in (day.month, day.day))
    return f"{day.year:04}/{month}/{of_month}/"
