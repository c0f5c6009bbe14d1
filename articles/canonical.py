"""One address for one page: what differs without leading elsewhere is taken off (RFC 3986, section 6)."""

import ipaddress
import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_CHARACTERS = 8_000  # beyond any address that a browser takes; what is longer stays as it is
MAX_HOST_CHARACTERS = 253

_ALLOWED = "/:@!$&'()*+,;=?"  # in a query; in a path urlsplit leaves no question mark
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_ESCAPE_OR_CHARACTER = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_TRACKING_PREFIXES = ("utm_", "hsa_", "mtm_", "pk_", "at_campaign", "at_custom", "at_link", "at_bbc", "at_ptr", "guce_")
_TRACKING = set(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid mkt_tok"
    " ref_src ref_url at_medium at_format _ga _gl _hsenc _hsmi hsctatracking vero_id vero_conv oly_enc_id oly_anon_id"
    " ns_mchannel ns_source ns_campaign ns_linkname ns_fee __twitter_impression s_cid wt.mc_id xtor ocid ito smid smtyp"
    " cmpid cmp_id epik srsltid _openstat _branch_match_id wickedid rb_clickid guccounter amp_js_v amp_gsa amp_r"
    " usqp".split()
)
_AMP_PARAMETERS = {"amp": {"", "1", "true"}, "outputtype": {"amp"}, "output": {"amp"}}
_AMP_VIEWERS = re.compile(r"(?:(?:www\.)?(?:google\.(?:com|[a-z]{2}|com?\.[a-z]{2})|bing\.com))")
_VIEWED = re.compile(r"/amp/(s/)?([^/]+\.[^/]+)(/.*)?", re.DOTALL)
_CACHED = re.compile(r"/[a-z]{1,3}/(s/)?([^/]+\.[^/]+)(/.*)?", re.DOTALL)
_VARIANT_LABELS = {"amp", "m", "mobile"}
_SUFFIX_LABELS = {"ac", "co", "com", "edu", "gov", "govt", "net", "org"}
_LABELS_OF_A_SITE = 2


def canonical_url(url: str) -> str:
    """Return the canonical form of a full http or https address; one that can't be parsed stays as it is.

    It is for comparing: tracking parameters, AMP and mobile variants and fragments are taken off. Whoever asks for the
    page asks for the address as it was cited, or for `well_formed_url`.
    """
    if len(url) > MAX_CHARACTERS:
        return url
    former, current = None, url
    while current != former:  # each round only takes something off, so it ends
        former, current = current, _with_less(well_formed_url(current))
    return current


def well_formed_url(url: str) -> str:
    """Return an http or https address as it is sent: case, host, port, dot segments and escapes made regular."""
    text = url.strip().strip("".join(map(chr, range(0x21))))
    try:
        parts = urlsplit(text)
        host, port = _regular_host(parts.hostname or ""), parts.port
    except ValueError:
        return text
    if parts.scheme not in DEFAULT_PORTS or not host:
        return text
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path = _without_dot_segments(regular_escapes(parts.path))
    return urlunsplit((parts.scheme, host, path, regular_escapes(parts.query), regular_escapes(parts.fragment)))


def regular_escapes(text: str) -> str:
    """Return part of an address with what needs no escape unescaped, what needs one escaped, and capital digits."""
    return _ESCAPE_OR_CHARACTER.sub(_regular_escape, text)


def _with_less(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return url
    inner = _unwrapped(parts)
    if inner:
        return inner
    host = parts.netloc if parts.netloc.startswith("[") else _without_variant(parts.hostname)
    if port is not None and not parts.netloc.startswith("["):
        host = f"{host}:{port}"
    path, query = _without_amp(parts.path), _without_tracking(parts.query)
    return urlunsplit((parts.scheme, host, path, query, _kept_fragment(parts.fragment)))


def _regular_host(host: str) -> str:
    name = unquote(host).lower().rstrip(".")
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name.partition('%')[0])}]"
    if len(name) <= MAX_HOST_CHARACTERS and not name.isascii():
        try:
            return idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            pass
    return quote(name, safe="!$&'()*+,;=_~-", errors="replace").lower()


def _regular_escape(match: re.Match[str]) -> str:
    found = match.group()
    if len(found) == 1:
        return quote(found, safe=_ALLOWED, errors="replace")
    character = chr(int(found[1:], 16))
    return character if _UNRESERVED.fullmatch(character) else found.upper()


def _without_dot_segments(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _unwrapped(parts: SplitResult) -> str:
    """Return the address inside an AMP viewer's or cache's, or nothing."""
    host = parts.hostname or ""
    pattern = _VIEWED if _AMP_VIEWERS.fullmatch(host) else _CACHED if host.endswith(".cdn.ampproject.org") else None
    found = pattern.fullmatch(parts.path) if pattern else None
    if not found:
        return ""
    is_secure, inner, path = found.groups()
    query = f"?{parts.query}" if parts.query else ""
    return f"{'https' if is_secure else 'http'}://{unquote(inner)}{path or '/'}{query}"


def _without_variant(host: str) -> str:
    labels = host.split(".")
    for place in (0, 1):
        rest = labels[:place] + labels[place + 1 :]
        is_site = len(rest) > _LABELS_OF_A_SITE or (len(rest) == _LABELS_OF_A_SITE and rest[0] not in _SUFFIX_LABELS)
        is_whole = place == 0 or len(rest) > _LABELS_OF_A_SITE  # m.org itself may be a site, as may www.m.org
        if labels[place : place + 1] and labels[place] in _VARIANT_LABELS and is_site and is_whole:
            return ".".join(rest)
    return host


def _without_amp(path: str) -> str:
    if path.endswith(".amp.html"):
        return path.removesuffix(".amp.html") + ".html"
    slash = "/" if path.endswith("/") else ""
    shorter = path.removesuffix("/").removesuffix("/amp")
    return shorter + slash if shorter and shorter + slash != path else path


def _without_tracking(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if pair and not _is_tracking(pair))


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = unquote(name).lower()
    is_amp = name in _AMP_PARAMETERS and value.lower() in _AMP_PARAMETERS[name]
    return is_amp or name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _kept_fragment(fragment: str) -> str:
    """Return the fragment of a page that its script finds by it, `#!…`; any other is a place on the page."""
    return fragment.partition(":~:")[0] if fragment.startswith("!") else ""
