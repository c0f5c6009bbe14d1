"""Behind a cache too no page is shown once something on it has changed and the change is acknowledged."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.deploy.conftest import is_hit, keep, make_article, waiting_reply
from tests.deploy.running import Front

pytestmark = pytest.mark.fronts

FORMS = ("br", "gzip", "zstd", "identity")


def in_every_form(front: Front, path: str) -> list[str]:
    return [front.get(path, accept_encoding=form).text for form in FORMS]


def test_a_page_is_kept(front: Front, article: str) -> None:
    keep(front, article)
    assert is_hit(front, article)


def test_what_a_command_changed_shows_once_it_returns(front: Front, article: str) -> None:
    assert all("As it was." in page for page in in_every_form(front, article) * 2)
    slug = article.strip("/").split("/")[-1]
    front.do(
        f"from articles.models import *; a = Article.objects.get(slug={slug!r}); a.standfirst = 'As it is.'; a.save()"
    )
    assert all("As it is." in page for page in in_every_form(front, article))


def test_an_approved_reply_shows_once_the_moderator_is_answered(front: Front, article: str) -> None:
    approve = waiting_reply(front, article, "Waiting until now.")
    assert not any("Waiting until now." in page for page in in_every_form(front, article) * 2)
    approve()
    assert all("Waiting until now." in page for page in in_every_form(front, article))


def test_a_scheduled_article_shows_from_its_time_on(front: Front) -> None:
    front.get("/")
    due = float(
        front.do(
            "from tests.factories import *\n"
            "at = timezone.now() + timedelta(seconds=20)\n"
            "make_article('Embargoed until its time', published_at=at)\n"
            "print(at.timestamp())"
        )
    )
    before: list[bool] = []
    after: list[bool] = []
    while not after:
        asked_at = time.time()
        shows = "Embargoed until its time" in front.get("/").text
        (before if asked_at < due else after).append(shows)
    assert before
    assert before.count(True) <= 1  # asked for just before, answered just after
    assert after == [True]


def test_no_reader_ever_sees_what_was_changed_before_they_asked(front: Front, article: str) -> None:
    slug = article.strip("/").split("/")[-1]
    told = [0]
    is_over = Event()
    code = (
        "from articles.models import *\n"
        f"a = Article.objects.get(slug={slug!r})\n"
        "for number in range(1, 61):\n"
        "    a.standfirst = f'State {number}.'\n"
        "    a.save()\n"
        "    print(number, flush=True)\n"
    )

    def read(form: str) -> list[tuple[int, int]]:
        old = []
        while not is_over.is_set():
            least = told[0]
            found = re.search(r"State (\d+)\.", front.get(article, accept_encoding=form).text)
            shown = int(found[1]) if found else 0
            if shown < least:
                old.append((least, shown))
        return old

    with ThreadPoolExecutor(8) as readers:
        reading = [readers.submit(read, form) for form in FORMS * 2]
        try:
            with front.doing(code) as desk:
                assert desk.stdout
                for line in desk.stdout:
                    told[0] = int(line)
        finally:
            is_over.set()
        assert [old for reader in reading for old in reader.result()] == []
    assert told == [60]


def test_pages_that_do_not_show_a_change_are_still_right(front: Front, article: str) -> None:
    other = make_article(front)
    known = front.get(other).headers["etag"]
    slug = article.strip("/").split("/")[-1]
    front.do(f"from tests.factories import *; make_approved_reply(Article.objects.get(slug={slug!r}))")
    assert front.get(other, if_none_match=known).status == 304


def test_everything_is_made_anew_after_an_upgrade(front: Front, article: str) -> None:
    keep(front, article)
    front.do("from django.core.management import call_command; call_command('renew_pages')")
    assert not is_hit(front, article)
