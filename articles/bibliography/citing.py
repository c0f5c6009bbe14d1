"""An article's own citation in the three styles that people are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

PARTICLES = frozenset("van von der den de del della di da dos du la le ten ter te bin al".split())
MLA_MONTHS = "Jan. Feb. Mar. Apr. May June July Aug. Sept. Oct. Nov. Dec.".split()
MANY = 3  # authors, from which MLA names one alone


class Part(NamedTuple):
    """A piece of a citation, and whether it is set in italics."""

    text: str
    is_italic: bool = False


@dataclass(frozen=True)
class Cited:
    """What a citation says of an article."""

    authors: Sequence[str]
    title: str
    site: str
    published: date
    url: str


def citations(cited: Cited) -> list[tuple[str, list[Part]]]:
    """Return the citation in APA 7, MLA 9 and Chicago 17, each in parts."""
    return [("APA", apa(cited)), ("MLA", mla(cited)), ("Chicago", chicago(cited))]


def apa(cited: Cited) -> list[Part]:
    """Return the citation after the Publication Manual of the APA, 7th edition, 10.16."""
    day = f"({cited.published.year}, {cited.published:%B} {cited.published.day})."
    authors = _listed([_initials(name) for name in cited.authors], last=", & ")
    if not authors:
        return [Part(_ended(cited.title), is_italic=True), Part(f" {day} {cited.site}. {cited.url}")]
    title = Part(_ended(cited.title), is_italic=True)
    return [Part(f"{_ended(authors)} {day} "), title, Part(f" {cited.site}. {cited.url}")]


def mla(cited: Cited) -> list[Part]:
    """Return the citation after the MLA Handbook, 9th edition."""
    names = [_turned(cited.authors[0]), *cited.authors[1:]] if cited.authors else []
    authors = f"{names[0]}, et al" if len(names) >= MANY else ", and ".join(names)
    day = f"{cited.published.day} {MLA_MONTHS[cited.published.month - 1]} {cited.published.year}"
    first = f"{_ended(authors)} " if authors else ""
    return [Part(f"{first}“{_ended(cited.title)}” "), Part(cited.site, is_italic=True), Part(f", {day}, {cited.url}.")]


def chicago(cited: Cited) -> list[Part]:
    """Return the entry of a bibliography after the Chicago Manual of Style, 17th edition, 14.191."""
    names = [_turned(cited.authors[0]), *cited.authors[1:]] if cited.authors else []
    authors = _listed(names, last=", and ")
    day = f"{cited.published:%B} {cited.published.day}, {cited.published.year}"
    first = f"{_ended(authors)} " if authors else ""
    return [Part(f"{first}“{_ended(cited.title)}” "), Part(cited.site, is_italic=True), Part(f", {day}. {cited.url}.")]


def _split(name: str) -> tuple[str, str]:
    """Return the given names and the family name, with the particles that belong to it."""
    words = name.split()
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def _turned(name: str) -> str:
    given, family = _split(name)
    return f"{family}, {given}" if given else family


def _initials(name: str) -> str:
    given, family = _split(name)
    letters = " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in given.split())
    return f"{family}, {letters}" if letters else family


def _listed(names: Sequence[str], *, last: str) -> str:
    return last.join([*filter(None, [", ".join(names[:-1])]), *names[-1:]])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
