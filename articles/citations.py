"""Citations in a body: data, each naming its source by key, so that they follow it wherever it moves in the list."""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

CITATION = re.compile(r"[ \u00a0]?\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_NODE = re.compile(r'<cite data-source="([a-z0-9]{1,12})">[^<]*</cite>')
_LITERAL_TAGS = frozenset({"a", "cite", "code", "h2", "h3", "h4", "pre"})  # here a number in brackets is just that


def cite_by_number(body: str, keys: Sequence[str]) -> str:
    """Return a clean body in which each `[2]` or `[1, 3]` is a citation of the source in that place of the list.

    `keys` are the sources' keys in order. A number that the list doesn't have stays as it was written.
    """
    if not keys or not CITATION.search(body):
        return body
    reader = _Citing(keys)
    reader.feed(body)
    reader.close()
    return "".join(reader.output)


def with_numbers(body: str, numbers: Mapping[str, int]) -> str:
    """Return a body in which citations are written `[2]`, as plain text has them; one of a lost source as `[?]`."""
    return _NODE.sub(lambda found: f"[{numbers.get(found[1], '?')}]", body)


def cited_keys(body: str) -> list[str]:
    """Return the keys that the citations of a body name, in order, each as often as it is cited."""
    return _NODE.findall(body)


def uncited_numbers(body: str) -> list[int]:
    """Return the numbers in brackets that no source has; `cite_by_number` left them."""
    reader = _Citing([])
    reader.feed(body)
    reader.close()
    return reader.unknown


class _Citing(HTMLParser):
    """Copies clean HTML and turns numbers in brackets into citations."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.keys = keys
        self.output: list[str] = []
        self.unknown: list[int] = []
        self.literal = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.literal += tag in _LITERAL_TAGS
        self.output.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.literal -= tag in _LITERAL_TAGS
        self.output.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.output.append(data if self.literal else CITATION.sub(self._cite, data))

    def handle_entityref(self, name: str) -> None:
        self.output.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.output.append(f"&#{name};")

    def _cite(self, found: re.Match[str]) -> str:
        numbers = [int(number) for number in found[1].split(",")]
        unknown = [number for number in numbers if not 1 <= number <= len(self.keys)]
        self.unknown += unknown
        if unknown:
            return found[0]
        return "".join(f'<cite data-source="{self.keys[number - 1]}"></cite>' for number in numbers)
