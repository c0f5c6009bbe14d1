"""The page store, with an application behind it that counts what it is asked."""

import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from kiwiguard.encodings import COMPRESSORS, DECOMPRESSORS
from kiwiguard.page_store import ENTRY_BYTES, PageStore, Site

PUBLIC = {"Content-Type": "text/html", "Cache-Control": "public, max-age=0, must-revalidate", "Surrogate-Key": "a site"}
NOON = 1_800_000_000.0


class Changes:
    """What has changed, as a test says."""

    def __init__(self) -> None:
        self.next_due = float("inf")
        self.is_in_touch = True
        self.moment = 1
        self.is_known = True
        self.changed: dict[str, int] = {}

    def now(self) -> int:
        return self.moment

    def known(self) -> int | None:
        return self.moment if self.is_known else None

    def is_fresh(self, keys: Iterable[str], since: int) -> bool:
        return all(self.changed.get(key, 0) <= since for key in keys)

    def note(self, key: str) -> None:
        self.moment += 1
        self.changed[key] = self.moment


class Behind:
    """An application that answers each request with a page that tells its number."""

    def __init__(self, **headers: str) -> None:
        self.count = 0
        self.closed = 0
        self.status = "200 OK"
        self.size = 1_000
        self.filler = b""
        self.headers: list[tuple[str, str]] = list((PUBLIC | headers).items())

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.count += 1
        start_response(self.status, self.headers)
        return Body(self, f"{environ['PATH_INFO']} {self.count} ".encode().ljust(self.size, b".") + self.filler)


class Body:
    def __init__(self, behind: Behind, content: bytes) -> None:
        self.behind, self.content = behind, content

    def __iter__(self) -> Any:
        yield from (self.content[:5], self.content[5:])

    def close(self) -> None:
        self.behind.closed += 1


class Answer:
    """What the store answers."""

    def __init__(self, store: PageStore, path: str = "/a/", method: str = "GET", **environ: Any) -> None:
        asked = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": "here"}
        self.body = b"".join(store({**asked, "wsgi.url_scheme": "http", **environ}, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status, self.headers = int(status[:3]), {name.lower(): value for name, value in headers}

    @property
    def is_hit(self) -> bool:
        return self.headers.get("cache-status") == "kiwiguard; hit"


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def behind() -> Behind:
    return Behind()


def make_store(behind: Any, changes: Changes, *, max_bytes: int = 10_000_000, **site: Any) -> PageStore:
    return PageStore(behind, changes, Site(frozenset({"here"}), **site), max_bytes=max_bytes)


@pytest.fixture
def store(behind: Behind, changes: Changes) -> PageStore:
    return make_store(behind, changes)


def test_a_page_is_rendered_once_and_its_answer_closed(store: PageStore, behind: Behind) -> None:
    first, second = Answer(store), Answer(store)
    assert (first.body, first.is_hit, second.is_hit) == (second.body, False, True)
    assert (behind.count, behind.closed) == (1, 1)


def test_a_change_of_what_it_shows_makes_it_old(store: PageStore, changes: Changes) -> None:
    old = Answer(store)
    changes.note("a")
    new = Answer(store)
    assert (new.is_hit, new.body == old.body, new.headers["etag"] == old.headers["etag"]) == (False, False, False)
    assert Answer(store).body == new.body


def test_another_change_leaves_it(store: PageStore, changes: Changes) -> None:
    Answer(store)
    changes.note("b")
    assert Answer(store).is_hit


def test_a_page_that_changed_while_it_was_rendered_is_never_shown_again(changes: Changes) -> None:
    behind = Behind()

    def changing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = behind(environ, start_response)
        if behind.count == 1:
            changes.note("a")
        return answer

    store = make_store(changing, changes)
    first = Answer(store)
    assert Answer(store).body != first.body
    assert Answer(store).is_hit


def test_its_own_end_makes_it_old(changes: Changes, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    store = make_store(Behind(**{"Surrogate-Control": "max-age=59.5"}), changes)
    answer = Answer(store)
    assert "surrogate-control" not in answer.headers
    time_machine.move_to(NOON + 59, tick=False)
    assert Answer(store).is_hit
    time_machine.move_to(NOON + 59.5, tick=False)
    assert not Answer(store).is_hit


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "private, no-store"},
        {"Cache-Control": "public, no-store"},
        {"Cache-Control": 'private="public"'},
        {"Set-Cookie": "a=b"},
        {"Vary": "Cookie"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_what_is_not_the_same_for_all_is_not_kept(changes: Changes, headers: dict[str, str]) -> None:
    behind = Behind(**headers)
    store = make_store(behind, changes)
    answers = [Answer(store) for _ in range(2)]
    assert not any(answer.is_hit for answer in answers)
    assert [answer.headers[name.lower()] for name in headers for answer in answers] == [*headers.values()] * 2
    assert (behind.count, behind.closed, store.bytes) == (2, 0, 0)


@pytest.mark.parametrize("status", ["404 Not Found", "304 Not Modified", "500 Internal Server Error", "301 Moved"])
def test_only_what_was_found_is_kept(store: PageStore, behind: Behind, status: str) -> None:
    behind.status = status
    assert {Answer(store).status for _ in range(2)} == {int(status[:3])}
    assert behind.count == 2


def test_a_page_without_keys_is_not_kept(store: PageStore, behind: Behind) -> None:
    behind.headers = [header for header in behind.headers if header[0] != "Surrogate-Key"]
    assert not any(Answer(store).is_hit for _ in range(2))


def test_a_page_that_is_gone_is_not_held_any_longer(store: PageStore, behind: Behind, changes: Changes) -> None:
    Answer(store)
    changes.note("a")
    behind.status = "404 Not Found"
    assert Answer(store).status == 404
    assert (len(store.pages), store.bytes) == (0, 0)


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_HOST": "elsewhere"},
        {"HTTP_HOST": "here.elsewhere"},
        {"method": "POST"},
        {"method": "PURGE"},
    ],
)
def test_what_is_not_meant_for_it_goes_through(store: PageStore, behind: Behind, environ: dict[str, str]) -> None:
    Answer(store)
    assert not Answer(store, **environ).is_hit
    assert behind.count == 2
    assert Answer(store).body.startswith(b"/a/ 1 ")


def test_a_strict_site_keeps_only_what_came_over_tls(behind: Behind, changes: Changes) -> None:
    store = make_store(behind, changes, is_secure=True)
    Answer(store, HTTP_X_FORWARDED_PROTO="https")
    assert Answer(store, **{"wsgi.url_scheme": "https"}).is_hit
    assert not Answer(store).is_hit


def test_a_request_with_a_cookie_of_ours_fills_nothing_but_gets_what_is_there(behind: Behind, changes: Changes) -> None:
    store = make_store(behind, changes, cookies=frozenset({"sessionid"}))
    assert not Answer(store, HTTP_COOKIE="sessionid=1").is_hit
    assert not Answer(store).is_hit
    assert Answer(store, HTTP_COOKIE="sessionid=1").is_hit
    assert behind.count == 2


def test_a_cookie_of_others_means_nothing(changes: Changes) -> None:
    behind, cookies = Behind(), []

    def noting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        cookies.append(environ.get("HTTP_COOKIE"))
        return behind(environ, start_response)

    store = make_store(noting, changes, cookies=frozenset({"sessionid"}))
    assert not Answer(store, HTTP_COOKIE="_consent=1").is_hit
    assert Answer(store, HTTP_COOKIE="_consent=2").is_hit
    assert cookies == [None]


@pytest.mark.parametrize("said", [{"HTTP_HOST": "elsewhere"}, {"HTTP_COOKIE": "sessionid=1"}, {"QUERY_STRING": "a"}])
@pytest.mark.parametrize("more", [{}, {"Vary": "Cookie"}])
def test_what_is_not_kept_here_is_not_to_be_kept_in_front(
    changes: Changes, said: dict[str, str], more: dict[str, str]
) -> None:
    behind = Behind(**{"Surrogate-Control": "max-age=86000"} | more)
    in_front: dict[str, Any] = {"end_in_front": lambda end: ("Surrogate-Control", f"max-age={end:g}")}
    store = make_store(behind, changes, cookies=frozenset({"sessionid"}), shows_keys=True, **in_front)
    answer = Answer(store, **said)
    if more or "QUERY_STRING" not in said:
        assert answer.headers["surrogate-control"] == "max-age=0"
        assert "surrogate-key" not in answer.headers


def test_what_nobody_keeps_goes_through_as_it_is(changes: Changes) -> None:
    behind = Behind()
    behind.headers = [("Cache-Control", "public, max-age=31536000, immutable")]
    store = make_store(behind, changes, end_in_front=lambda end: ("End", str(end)))
    assert Answer(store).headers == {"cache-control": "public, max-age=31536000, immutable"}


def test_the_query_string_makes_no_other_page(store: PageStore, behind: Behind) -> None:
    for number in range(100):
        Answer(store, QUERY_STRING=f"utm={number}")
    assert (behind.count, len(store.pages)) == (1, 1)


def test_head_is_the_page_without_its_body(store: PageStore) -> None:
    page = Answer(store)
    head = Answer(store, method="HEAD")
    assert (head.status, head.body, head.is_hit) == (200, b"", True)
    assert (head.headers["content-length"], head.headers["etag"]) == ("1000", page.headers["etag"])


def test_head_makes_the_page_that_is_not_there_yet(store: PageStore, behind: Behind) -> None:
    head, page = Answer(store, method="HEAD"), Answer(store)
    assert (head.body, page.is_hit, behind.count) == (b"", True, 1)
    assert {"cache-status": ""} | head.headers == page.headers | {"cache-status": head.headers["cache-status"]}


def test_head_has_no_body_of_what_is_not_kept_either(store: PageStore, behind: Behind) -> None:
    behind.status = "404 Not Found"
    answer = Answer(store, method="HEAD")
    assert (answer.status, answer.body, behind.closed) == (404, b"", 1)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip"])
def test_each_form_is_made_once_under_a_tag_of_its_own(
    store: PageStore, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Answer(store)
    compress, made = COMPRESSORS[encoding], []
    monkeypatch.setitem(COMPRESSORS, encoding, lambda body: made.append(body) or compress(body))  # type: ignore[func-returns-value]
    packed = [Answer(store, HTTP_ACCEPT_ENCODING=encoding) for _ in range(2)]
    assert made == [plain.body]
    assert {answer.body for answer in packed} == {compress(plain.body)}
    assert packed[0].headers["content-encoding"] == encoding
    assert packed[0].headers["content-length"] == str(len(packed[0].body))
    assert packed[0].headers["vary"] == "Accept-Encoding"
    assert packed[0].headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("first", ["br", "zstd", "gzip"])
def test_all_forms_are_of_the_same_page_whichever_is_asked_for_first(store: PageStore, first: str) -> None:
    assert DECOMPRESSORS[first](Answer(store, HTTP_ACCEPT_ENCODING=first).body) == Answer(store).body
    for encoding, decompress in DECOMPRESSORS.items():
        answer = Answer(store, HTTP_ACCEPT_ENCODING=encoding)
        assert answer.is_hit
        assert decompress(answer.body) == Answer(store).body


def test_what_is_short_stays_as_it_is(store: PageStore, behind: Behind) -> None:
    behind.size = 50
    answer = Answer(store, HTTP_ACCEPT_ENCODING="gzip")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("known", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_who_has_it_gets_304(store: PageStore, known: str) -> None:
    etag = Answer(store).headers["etag"]
    answer = Answer(store, HTTP_IF_NONE_MATCH=known.format(etag=etag))
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert "content-type" not in answer.headers
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("known", ['"other"', "", '"', "nonsense"])
def test_who_has_something_else_gets_the_page(store: PageStore, known: str) -> None:
    Answer(store)
    assert Answer(store, HTTP_IF_NONE_MATCH=known).status == 200


def test_a_tag_of_another_form_is_another(store: PageStore) -> None:
    etag = Answer(store, HTTP_ACCEPT_ENCODING="gzip").headers["etag"]
    assert Answer(store, HTTP_IF_NONE_MATCH=etag).status == 200
    assert Answer(store, HTTP_IF_NONE_MATCH=etag, HTTP_ACCEPT_ENCODING="gzip").status == 304


def test_a_date_is_given_once_it_proves_something(store: PageStore, time_machine: Any) -> None:
    time_machine.move_to(NOON + 0.9, tick=False)
    assert "last-modified" not in Answer(store).headers
    time_machine.move_to(NOON + 1.9, tick=False)
    assert "last-modified" not in Answer(store).headers
    time_machine.move_to(NOON + 2, tick=False)
    date = Answer(store).headers["last-modified"]
    assert date == "Fri, 15 Jan 2027 08:00:00 GMT"
    assert Answer(store, HTTP_IF_MODIFIED_SINCE=date).status == 304
    assert Answer(store, HTTP_IF_MODIFIED_SINCE="Fri, 15 Jan 2027 07:59:59 GMT").status == 200
    assert Answer(store, HTTP_IF_MODIFIED_SINCE="").status == 200


def test_a_tag_counts_before_a_date(store: PageStore, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    Answer(store)
    time_machine.move_to(NOON + 5, tick=False)
    date = Answer(store).headers["last-modified"]
    assert Answer(store, HTTP_IF_MODIFIED_SINCE=date, HTTP_IF_NONE_MATCH='"other"').status == 200


def test_no_two_pages_ever_bear_one_date(store: PageStore, changes: Changes, time_machine: Any) -> None:
    dates: dict[str, set[bytes]] = {}
    for tenth in range(100):
        time_machine.move_to(NOON + tenth / 10, tick=False)
        if tenth % 7 == 3 and tenth < 40:
            changes.note("a")
        answer = Answer(store)
        if "last-modified" in answer.headers:
            dates.setdefault(answer.headers["last-modified"], set()).add(answer.body)
    assert dates
    assert all(len(bodies) == 1 for bodies in dates.values())


def test_nothing_is_said_to_a_cache_in_front_that_is_not_there(store: PageStore) -> None:
    assert not {"surrogate-key", "surrogate-control"} & Answer(store).headers.keys()


def test_a_cache_in_front_hears_the_first_of_all_ends(behind: Behind, changes: Changes, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    store = make_store(behind, changes, shows_keys=True, end_in_front=lambda end: ("End", f"{end - NOON:g}"))
    first = Answer(store)
    assert (first.headers["surrogate-key"], first.headers["end"]) == ("a site", "10")
    time_machine.move_to(NOON + 5, tick=False)
    assert Answer(store).headers["end"] == "3605"
    changes.next_due = NOON + 60
    assert Answer(store, HTTP_IF_NONE_MATCH=first.headers["etag"]).headers["end"] == "60"


@pytest.mark.parametrize("is_long", [False, True])
def test_a_page_with_more_keys_than_a_header_holds_is_kept_here_alone(changes: Changes, is_long: bool) -> None:
    behind = Behind(**{"Surrogate-Key": " ".join(f"work-{number}" for number in range(1_000 if is_long else 500))})
    store = make_store(behind, changes, shows_keys=True, end_in_front=lambda end: ("End", str(end)))
    Answer(store)
    answer = Answer(store)
    assert answer.is_hit
    assert ("surrogate-key" not in answer.headers, float(answer.headers["end"]) <= time.time()) == (is_long, is_long)
    changes.note("work-7")
    assert not Answer(store).is_hit


def test_a_page_of_which_one_cannot_be_sure_is_not_kept_in_front(behind: Behind, changes: Changes) -> None:
    store = make_store(behind, changes, end_in_front=lambda end: ("End", str(end)))
    Answer(store)
    changes.is_in_touch = False
    answer = Answer(store)
    assert answer.is_hit
    assert float(answer.headers["end"]) <= time.time()


def test_a_page_that_is_old_already_is_not_kept_in_front(changes: Changes) -> None:
    behind = Behind()

    def changing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        changes.note("a")
        return behind(environ, start_response)

    changes.moment = 1
    store = make_store(changing, changes, end_in_front=lambda end: ("End", str(end)))
    assert Answer(store).headers["end"] == "0.0"


def test_what_it_holds_has_a_limit(behind: Behind, changes: Changes) -> None:
    room = 20 * (behind.size + ENTRY_BYTES)
    store = make_store(behind, changes, max_bytes=room)
    for number in range(500):
        Answer(store, f"/{number}/", HTTP_ACCEPT_ENCODING=("br", "gzip", "")[number % 3])
        assert store.bytes == sum(page.size for page in store.pages.values()) <= room
    assert len(store.pages) > 10


def test_what_is_asked_for_again_stays_while_a_crawler_passes(behind: Behind, changes: Changes) -> None:
    store = make_store(behind, changes, max_bytes=20 * (behind.size + ENTRY_BYTES))
    Answer(store, "/loved/")
    for number in range(200):
        Answer(store, f"/{number}/")
        assert Answer(store, "/loved/").is_hit


def test_one_large_page_does_not_drive_out_the_others(behind: Behind, changes: Changes) -> None:
    store = make_store(behind, changes, max_bytes=100_000)
    Answer(store, "/small/")
    behind.size = 90_000
    assert len(Answer(store, "/repetitive/").body) == 90_000
    assert Answer(store, "/repetitive/").is_hit  # it is kept packed, and unpacked for each
    assert len(Answer(store, "/repetitive/").body) == 90_000
    behind.filler = random.Random(5).randbytes(90_000)
    assert len(Answer(store, "/large/").body) > 90_000
    assert not Answer(store, "/large/").is_hit
    assert Answer(store, "/small/").is_hit
    assert store.bytes < 20_000


def test_without_room_nothing_is_kept(behind: Behind, changes: Changes) -> None:
    store = make_store(behind, changes, max_bytes=0)
    assert not any(Answer(store).is_hit for _ in range(2))


def test_hostile_headers_leave_nothing_behind(store: PageStore) -> None:
    for number in range(1_000):
        Answer(store, HTTP_ACCEPT_ENCODING=f"x{number}" * 400)
        Answer(store, HTTP_ACCEPT_ENCODING=f"x{number}, gzip;q={number}z")
    [page] = store.pages.values()
    assert set(page.variants) == {""}
    assert not store.flights


class Slow:
    """An application that lets a test hold its first answer back."""

    def __init__(self, behind: Behind) -> None:
        self.behind = behind
        self.is_asked, self.may_answer = Event(), Event()
        self.fails = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not self.is_asked.is_set():
            self.is_asked.set()
            assert self.may_answer.wait(10)
            if self.fails:
                raise RuntimeError
        return self.behind(environ, start_response)


def crowd(store: PageStore, slow: Slow, **environ: str) -> list[Answer]:
    """Let one ask, then eleven more while it waits, and then have it answered."""
    with ThreadPoolExecutor(12) as people:
        first = people.submit(Answer, store, **environ)
        assert slow.is_asked.wait(10)
        others = [people.submit(Answer, store, **environ) for _ in range(11)]
        slow.may_answer.set()
        first.exception()
        return [answer.result() for answer in others]


def test_many_who_ask_at_once_cost_one_rendering(behind: Behind, changes: Changes) -> None:
    slow = Slow(behind)
    store = make_store(slow, changes)
    assert len({answer.body for answer in crowd(store, slow)}) == 1
    assert (behind.count, store.flights) == (1, {})


def test_so_do_those_with_a_query_string_of_their_own_once_the_page_is_known(behind: Behind, changes: Changes) -> None:
    slow = Slow(behind)
    slow.is_asked.set()
    store = make_store(slow, changes)
    Answer(store)
    changes.note("a")
    slow.is_asked.clear()
    crowd(store, slow, QUERY_STRING="fbclid=1")
    assert behind.count == 2


def test_a_rendering_that_fails_lets_the_others_go_on(behind: Behind, changes: Changes) -> None:
    slow = Slow(behind)
    slow.fails = True
    store = make_store(slow, changes)
    assert {answer.status for answer in crowd(store, slow)} == {200}
    assert store.flights == {}


def test_what_the_first_who_asks_has_is_nothing_to_the_others(changes: Changes) -> None:
    def conditional(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        has_it = any(name.startswith("HTTP_IF_") for name in environ)
        start_response("304 Not Modified" if has_it else "200 OK", list(PUBLIC.items()))
        return [b"" if has_it else b"the page"]

    store = make_store(conditional, changes)
    assert [Answer(store, HTTP_IF_NONE_MATCH="*").status for _ in range(2)] == [304, 304]
    page = Answer(store)
    assert (page.body, page.is_hit) == (b"the page", True)


def test_a_change_while_it_is_rendered_has_one_other_render_it(behind: Behind, changes: Changes) -> None:
    slow = Slow(behind)

    def changing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_first = not slow.is_asked.is_set()
        answer = slow(environ, start_response)
        if is_first:
            changes.note("a")
        return answer

    store = make_store(changing, changes)
    assert len({answer.body for answer in crowd(store, slow)}) == 1
    assert (behind.count, store.flights) == (2, {})


def test_those_who_wait_for_what_cannot_be_kept_go_on_together(changes: Changes) -> None:
    behind = Behind(**{"Cache-Control": "private"})
    slow, together = Slow(behind), Event()
    waiting = []

    def meeting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_first = not slow.is_asked.is_set()
        answer = slow(environ, start_response)
        if not is_first:
            waiting.append(1)
            if len(waiting) == 11:
                together.set()
            assert together.wait(10)
        return answer

    store = make_store(meeting, changes)
    crowd(store, slow)
    assert behind.count == 12


def test_who_waited_gets_nothing_that_changed_meanwhile(behind: Behind, changes: Changes) -> None:
    slow = Slow(behind)
    store = make_store(slow, changes)
    with ThreadPoolExecutor(2) as people:
        before = people.submit(Answer, store)
        assert slow.is_asked.wait(10)
        changes.note("a")
        after = people.submit(Answer, store)
        slow.may_answer.set()
        assert before.result().body != after.result().body
    assert behind.count == 2


def test_an_answer_that_breaks_off_is_closed_and_not_kept(changes: Changes) -> None:
    behind = Behind()

    class Broken(Body):
        def __iter__(self) -> Any:
            yield b"half"
            raise RuntimeError

    def breaking(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        behind.count += 1
        start_response("200 OK", behind.headers)
        return Broken(behind, b"")

    store = make_store(breaking, changes)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            Answer(store)
    assert (behind.count, behind.closed, store.bytes, store.flights) == (2, 2, 0, {})


def test_an_application_that_thinks_better_of_its_answer_is_heard(changes: Changes) -> None:
    def hesitating(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(PUBLIC.items()))
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")], (None, None, None))
        return [b"It failed."]

    answer = Answer(make_store(hesitating, changes))
    assert (answer.status, answer.body) == (500, b"It failed.")


class AtHand:
    """What the store has at hand for a server that must not wait."""

    def __init__(self, store: PageStore, path: str = "/a/", method: str = "GET", **environ: Any) -> None:
        asked = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "here", "wsgi.url_scheme": "http"}
        kept = store.kept(asked | environ)
        assert kept
        head, self.body = kept
        first, *lines, end = head.decode("latin-1").split("\r\n")
        assert end == ""
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1"
        self.status = int(status)
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


def nothing_at_hand(store: PageStore, path: str = "/a/", **environ: Any) -> bool:
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "here", "wsgi.url_scheme": "http"}
    return store.kept(asked | environ) is None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("environ", [{}, {"HTTP_IF_NONE_MATCH": "*"}, {"HTTP_IF_NONE_MATCH": '"another"'}])
@pytest.mark.parametrize("encoding", ["", "br", "gzip"])
@pytest.mark.parametrize("age", [0, 10])
def test_what_is_at_hand_is_what_it_would_answer(
    time_machine: Any, method: str, environ: dict[str, Any], encoding: str, age: int
) -> None:
    store = make_store(Behind(), Changes(), end_in_front=lambda end: ("X-End", str(round(end))))
    environ = {"HTTP_ACCEPT_ENCODING": encoding} | environ
    time_machine.move_to(NOON, tick=False)
    Answer(store, **environ)
    time_machine.move_to(NOON + age, tick=False)
    answer = Answer(store, method=method, **environ)
    assert answer.is_hit
    for _ in range(2):
        at_hand = AtHand(store, method=method, **environ)
        assert (at_hand.status, at_hand.headers, at_hand.body) == (answer.status, answer.headers, answer.body)


def test_what_takes_time_is_not_at_hand(store: PageStore, changes: Changes, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    assert nothing_at_hand(store)  # it must be made
    Answer(store, HTTP_ACCEPT_ENCODING="br")
    asked = {"HTTP_ACCEPT_ENCODING": "br"}
    assert not nothing_at_hand(store, **asked)
    assert nothing_at_hand(store, HTTP_ACCEPT_ENCODING="gzip")  # it must be compressed
    assert nothing_at_hand(store, path="/b/", **asked)
    changes.is_known = False  # one must look what has changed
    assert nothing_at_hand(store, **asked)
    changes.is_known = True
    changes.note("b")
    assert not nothing_at_hand(store, **asked)
    changes.note("a")
    assert nothing_at_hand(store, **asked)


@pytest.mark.parametrize("other", [{"REQUEST_METHOD": "POST"}, {"HTTP_HOST": "elsewhere"}, {"HTTP_HOST": None}])
def test_nothing_is_at_hand_for_what_is_not_meant_for_it(store: PageStore, other: dict[str, Any]) -> None:
    Answer(store, HTTP_ACCEPT_ENCODING="br")
    assert nothing_at_hand(store, **({"HTTP_ACCEPT_ENCODING": "br"} | other))


def test_what_was_at_hand_stays_while_a_crawler_passes(behind: Behind, changes: Changes) -> None:
    store = make_store(behind, changes, max_bytes=20 * ENTRY_BYTES)
    for number in range(100):
        Answer(store, HTTP_ACCEPT_ENCODING="br")
        AtHand(store, HTTP_ACCEPT_ENCODING="br")
        Answer(store, f"/{number}/")
    assert behind.count == 101


def test_what_its_own_end_makes_old_is_not_at_hand(changes: Changes, time_machine: Any) -> None:
    store = make_store(Behind(**{"Surrogate-Control": "max-age=60"}), changes)
    time_machine.move_to(NOON, tick=False)
    Answer(store, HTTP_ACCEPT_ENCODING="br")
    time_machine.move_to(NOON + 59, tick=False)
    assert not nothing_at_hand(store, HTTP_ACCEPT_ENCODING="br")
    time_machine.move_to(NOON + 60, tick=False)
    assert nothing_at_hand(store, HTTP_ACCEPT_ENCODING="br")
