"""What an answer says about a link: still there, moved, changed, sent home, a “not found” page in disguise, or gone."""

import hashlib
import re
from urllib.parse import urljoin, urlsplit

from django.core.cache import cache

from articles.canonical import canonical_url
from articles.links.asking import ask
from articles.links.connection import Deadline
from articles.links.errors import HostBusy, LinkError
from articles.links.fetching import Answer
from articles.links.likeness import SAME_FROM, is_alike, share_kept, sketch
from articles.links.reading import Reading, read_page
from articles.links.unpacking import as_text
from articles.models.link import Finding, LinkCheck

Status = LinkCheck.Status
NOT_THERE = {404, 410}
NOT_MODIFIED = 304
REQUEST_TIMEOUT = 408
NO_ANSWER_AT_ALL = {*range(100, 200), *range(300, 400), REQUEST_TIMEOUT, *range(500, 600)}
FEW_WORDS = 300
VERY_FEW_WORDS = 50
MAX_VALIDATOR_CHARACTERS = 100
SECONDS_KEPT = 24 * 60 * 60

_HOME = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)(?:\.\w{2,5})?/?)?", re.IGNORECASE)
_PAGE_BY_QUERY = re.compile(r"(?:^|&)(?:p|id|page_id|article|story|q|s)=", re.IGNORECASE)
_NOT_FOUND = re.compile(
    r"(?:^|\berror )404\b"
    r"|\b(?:404 (?:error|page)|410 gone|not (?:be )?found|(?:can(?:['’]t|not)|couldn['’]t|could not) (?:be found|find)"
    r"|(?:does(?:n['’]t| not)|no longer) (?:exist|available|here)|(?:no longer|isn['’]t|is not|not) available"
    r"|has been (?:removed|deleted)|page (?:missing|gone|error)|nicht gefunden|introuvable|non trouvée?"
    r"|no (?:se ha )?encontrad[ao]|non trovata|niet gevonden|não encontrada)\b",
    re.IGNORECASE,
)
_IS_OF_A_PAGE = re.compile(r"\b(?:404|page|site|url|article|story|link|seite|página|pagina)\b", re.IGNORECASE)


def judge(link: LinkCheck, url: str, answer: Answer, deadline: Deadline) -> Finding:
    """Return what an answer means for a link."""
    if answer.status in NOT_THERE:
        return _finding(answer, Status.GONE, f"It answers {answer.status}.")
    if answer.status in NO_ANSWER_AT_ALL:
        return _finding(answer, Status.UNREACHABLE, f"It answers {answer.status}.")
    if not answer.is_ok:
        return _finding(answer, Status.BLOCKED, f"It answers {answer.status} to our checks.")
    if leads_home(url, answer.url):
        return _finding(answer, Status.HOME, "It leads to the home page instead.")
    return _judge_text(link, url, answer, deadline)


def judge_unchanged(link: LinkCheck, url: str, answer: Answer) -> Finding:
    """Return what it means that nothing has changed since the last look."""
    kept = Finding(
        status=Status.CHANGED if link.status == Status.CHANGED else Status.OK,
        note=link.note if link.status == Status.CHANGED else "",
        status_code=answer.status,
        final_url=answer.url,
        etag=link.etag,
        last_modified=link.last_modified,
    )
    return _moved(url, answer, kept) if kept.status == Status.OK else kept


def leads_home(url: str, final_url: str) -> bool:
    """Whether an address of something within a site ends on a front page."""
    return _is_front(final_url) and not _is_front(url)


def _is_front(url: str) -> bool:
    parts = urlsplit(canonical_url(url))
    return bool(_HOME.fullmatch(parts.path)) and not _PAGE_BY_QUERY.search(parts.query)


def _judge_text(link: LinkCheck, url: str, answer: Answer, deadline: Deadline) -> Finding:
    page = _read(answer)
    fingerprint = sketch(page.text) if page.text else ""
    well = _finding(answer, Status.OK, fingerprint=fingerprint)
    is_same = bool(link.fingerprint) and share_kept(link.fingerprint, page.text) >= SAME_FROM
    if not is_same and is_not_found_page(page):
        return _finding(answer, Status.SOFT_404, "It answers 200, with a page that says that nothing is there.")
    if not is_same and fingerprint and not _is_front(url) and _answers_anything(url, answer, page, deadline):
        return _finding(answer, Status.SOFT_404, "It answers with the same page as for an address that can't exist.")
    moved = _moved(url, answer, well)
    if moved is well and link.fingerprint and fingerprint and not is_same:
        note = f"About {share_kept(link.fingerprint, page.text):.0%} of the text that was cited is still there."
        return _finding(answer, Status.CHANGED, note, fingerprint=fingerprint)
    return moved


def is_not_found_page(page: Reading) -> bool:
    """Whether a short page says in its title or heading, or a very short one anywhere, that it isn't there."""
    words = page.text.split()
    headline = f"{page.title} {page.heading}"
    if len(words) > FEW_WORDS:
        return False
    where = headline if len(words) > VERY_FEW_WORDS else f"{headline} {page.text}"
    return bool(_NOT_FOUND.search(where) and _IS_OF_A_PAGE.search(f"{headline} {page.text}"))


def _answers_anything(url: str, answer: Answer, page: Reading, deadline: Deadline) -> bool:
    """Whether the host has the same page for an address beside this one that nobody can have made."""
    nowhere = urljoin(url, f"{hashlib.sha256(url.encode()).hexdigest()[:20]}-nothing-is-here")
    key = f"nowhere:{hashlib.sha256(urljoin(url, '.').encode()).hexdigest()}"
    known: tuple[str, str] | None = cache.get(key)
    if known is None:
        known = _look_nowhere(nowhere, deadline)
        cache.set(key, known, SECONDS_KEPT)
    final_url, text = known
    is_same_end = bool(answer.hops) and final_url == answer.url
    return is_same_end or (bool(text) and is_alike(text, page.text))


def _look_nowhere(nowhere: str, deadline: Deadline) -> tuple[str, str]:
    try:
        answer = ask(nowhere, deadline=deadline)
    except HostBusy:
        raise
    except LinkError:
        return "", ""
    return (answer.url, _read(answer).text[:100_000]) if answer.is_ok else ("", "")


def _read(answer: Answer) -> Reading:
    text = as_text(answer.body, answer.headers.get("content-type", ""))
    if answer.content_type == "text/plain":
        return Reading(text=text)
    return read_page(text)


def _moved(url: str, answer: Answer, well: Finding) -> Finding:
    if _place(answer.permanent_url) == _place(url):
        return well
    note = f"It has moved to {answer.permanent_url}"
    return Finding(**{**vars(well), "status": Status.MOVED, "note": note})


def _place(url: str) -> str:
    """Return what makes it another page: not http or https, `www.`, a slash at the end, or tracking."""
    parts = urlsplit(canonical_url(url))
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _finding(answer: Answer, status: Status, note: str = "", fingerprint: str = "") -> Finding:
    return Finding(
        status=status,
        note=note,
        status_code=answer.status,
        final_url=answer.url,
        etag=_kept_header(answer.headers.get("etag", "")),
        last_modified=_kept_header(answer.headers.get("last-modified", "")),
        fingerprint=fingerprint,
    )


def _kept_header(value: str) -> str:
    """Return a validator that can be sent back as it came, or nothing."""
    return value if len(value) <= MAX_VALIDATOR_CHARACTERS and value.isascii() and value.isprintable() else ""
