"""From the bytes of an answer to its text: in bounded steps, whatever they unpack to, and whatever they claim to be."""

import codecs
import re
import zlib
from collections.abc import Callable

from articles.links.errors import BadAnswer

MAX_BYTES = 2_000_000  # of a page, unpacked; what comes after isn't looked at
STEP = 65_536
DECLARED_WITHIN = 4_096  # a page names its charset near its top (WHATWG: within 1,024 bytes)

_Read = Callable[[int], bytes]
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_CHARSET_OF_TYPE = re.compile(r"charset\s*=\s*[\"']?([\w:.-]{1,40})", re.IGNORECASE)
# Of what Python knows by name, only what pages are written in: others unpack, or take quadratic time.
_CHARSETS_OF_PAGES = re.compile(
    r"(?:utf-?8|utf-?16(?:-?[bl]e)?|iso-?8859-?\d{1,2}|latin-?1|windows-?\d{3,4}|cp-?\d{3,4}|koi8-?[ru]|big5(?:-?hkscs)?"
    r"|shift[_-]?jis|sjis|euc-?(?:jp|kr)|gb(?:2312|k|18030)|macintosh|tis-?620)",
    re.IGNORECASE,
)
_READS_AS = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "iso8859-1": "cp1252"}  # as browsers do
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def unpack(read: _Read, encoding: str, *, still_time: Callable[[], float]) -> bytes:
    """Return the first MAX_BYTES of a body; `still_time` is called before each read and raises when it is over.

    An encoding that we didn't ask for gives no text at all: nothing is unpacked that can't be bounded.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _gathered(read, lambda data, _: data, still_time)
    if name not in {"gzip", "x-gzip", "deflate"}:
        return b""
    try:
        return _gathered(read, _Inflating(is_gzip=name != "deflate"), still_time)
    except zlib.error as error:
        raise BadAnswer("What came can't be unpacked.") from error


class _Inflating:
    """Unpacks one piece after the other, each no further than asked."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._engine: zlib._Decompress | None = None

    def __call__(self, data: bytes, limit: int) -> bytes:
        if self._engine is None:
            # RFC 9110 says zlib, and some servers send the bare stream: the first byte tells.
            is_bare = not self._is_gzip and data[0] & 0x0F != zlib.DEFLATED
            self._engine = zlib.decompressobj(31 if self._is_gzip else -15 if is_bare else 15)
        return self._engine.decompress(self._engine.unconsumed_tail + data, limit)


def _gathered(read: _Read, step: Callable[[bytes, int], bytes], still_time: Callable[[], float]) -> bytes:
    kept = bytearray()
    while len(kept) < MAX_BYTES:
        still_time()
        data = read(STEP)
        if not data:
            break
        kept += step(data, MAX_BYTES - len(kept))[: MAX_BYTES - len(kept)]
    return bytes(kept)


def as_text(body: bytes, content_type: str) -> str:
    """Return a page's text: by its byte-order mark, as UTF-8 if it is that, by what it declares, or as Windows-1252."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    try:
        # What was cut may be cut within a character.
        return codecs.getincrementaldecoder("utf-8")("strict").decode(body, final=len(body) < MAX_BYTES)
    except UnicodeDecodeError:
        return _declared(body, content_type)


def _declared(body: bytes, content_type: str) -> str:
    said = _CHARSET_OF_TYPE.search(content_type)
    on_page = _CHARSET.search(body[:DECLARED_WITHIN])
    for name in (said and said.group(1), on_page and on_page.group(1).decode("ascii")):
        if name and _CHARSETS_OF_PAGES.fullmatch(name) and not name.lower().startswith("utf"):
            try:
                return body.decode(_READS_AS.get(name.lower(), name), "replace")
            except LookupError:
                continue
    return body.decode("cp1252", "replace")
