"""Which articles are ranked: the newest that match, and the same on every database, however many there are."""

import html
import random
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Article, KeyPoint, SearchEntry
from articles.search import candidates, postgresql, sqlite
from articles.search.document import GAP, SCALES, Document, blocks_of, document_of
from articles.search.query import parse
from articles.search.results import Wishes, best, citing, search
from articles.search.wanted import Phrase, Span, Wanted
from tests.factories import make_article, make_full_article, make_section
from tests.plans import whole_reads

pytestmark = pytest.mark.django_db

WORDS = "amber birch cedar delta ember fjord glade heron inlet jetty".split()
QUESTIONS = [
    "amber", "amber birch", "amber OR jetty", "cedar -amber", '"amber birch"', '"amber birch" -"cedar amber"',
    "am*", "birch je* -heron", '"delta ember" OR "ember delta"', "amber birch cedar delta", '"amber birch cedar"',
    '-"amber birch" cedar', "fjord fjord", "heron inlet OR jetty glade",
]  # fmt: skip


class Naive:
    """An index that reads everything."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = sorted(documents, key=lambda document: -document.place)

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def newest(self, wanted: Wanted, span: Span, most: int, *, is_scarce: bool) -> list[int]:
        loose = [self._has_tokens(document, wanted) for document in self.documents]
        rows = [row.place for row, has in zip(self.documents, loose, strict=True) if has and self._is_in(row, span)]
        return rows[:most]

    def together(self, wanted: Wanted, places: Sequence[int]) -> list[int]:
        there = [document for document in self.documents if document.place in places]
        return [document.place for document in there if self._has_phrases(document, wanted)]

    def counts(self, parts: Sequence[Sequence[str]], span: Span) -> list[int]:
        rows = [set(document.tokens) for document in self.documents if self._is_in(document, span)]
        return [sum(bool(tokens & set(part)) for tokens in rows) for part in parts]

    def _is_in(self, document: Document, span: Span) -> bool:
        return span.low <= document.place <= span.high

    def _has_tokens(self, document: Document, wanted: Wanted) -> bool:
        tokens = set(document.tokens)
        has_all = all(any(tokens.issuperset(phrase) for phrase in group) for group in wanted.groups)
        has_none = not any(phrase[0] in tokens for phrase in wanted.excluded if len(phrase) == 1)
        return has_all and has_none and tokens.issuperset(wanted.facets)

    def _has_phrases(self, document: Document, wanted: Wanted) -> bool:
        has_all = all(any(self._has_phrase(document, phrase) for phrase in group) for group in wanted.groups)
        return has_all and not any(self._has_phrase(document, phrase) for phrase in wanted.excluded)

    def _has_phrase(self, document: Document, phrase: Phrase) -> bool:
        tokens = tuple(document.tokens)
        return any(tokens[at : at + len(phrase)] == phrase for at in range(len(tokens)))


@pytest.fixture
def archive() -> Naive:
    """Thirty articles of a few words, over years, in no order of time; and an index of them that reads everything."""
    chance = random.Random(3)
    now = timezone.now()
    for number in range(30):
        some = [chance.choice(WORDS) for _ in range(12)]
        article = make_article(
            " ".join(some[:2]) + f" {number}",
            body=f"<p>{' '.join(some[2:7])}</p><p>{' '.join(some[7:])}</p>",
            section=make_section(chance.choice(("Analysis", "Opinion"))),
            tags=tuple({chance.choice(("sea", "land"))}),
            published_at=now - timedelta(hours=chance.choice((1, 30, 900, 20_000, 60_000)) + chance.random()),
        )
        KeyPoint(article=article, text=" ".join(chance.choice(WORDS) for _ in range(4))).save()
        article.settle()
    return Naive([document_of(article) for article in Article.objects.all()])


WISHES = [
    Wishes(), Wishes(section="opinion"), Wishes(tag="sea"), Wishes(section="analysis", tag="land"),
    Wishes(after=(timezone.now() - timedelta(days=100)).date()),
    Wishes(before=(timezone.now() - timedelta(days=100)).date()), Wishes(section="nowhere"), Wishes(tag="nothing"),
]  # fmt: skip
BOUNDS = [{}, {"MOST": 3, "MOST_READ": 5}, {"MOST": 4, "SAMPLE": 10, "SCARCE": 2, "REACH": 3}]


@pytest.mark.parametrize("bounds", BOUNDS)
def test_the_database_finds_what_reading_everything_finds(
    archive: Naive, monkeypatch: pytest.MonkeyPatch, bounds: dict[str, int]
) -> None:
    for name, value in bounds.items():
        monkeypatch.setattr(candidates, name, value)
    answers = {(asked, wishes): best(parse(asked), wishes) for asked in QUESTIONS for wishes in WISHES}
    monkeypatch.setattr(candidates, "backend", lambda: archive)
    assert answers == {(asked, wishes): best(parse(asked), wishes) for asked in QUESTIONS for wishes in WISHES}
    assert sum(bool(keys) for keys, _ in answers.values()) > 40


def write(word: str, days: int, title: str = "", **fields: Any) -> Article:
    at = timezone.now() - timedelta(days=days)
    return make_article(title or f"Of {days} days ago", body=f"<p>A {word} here.</p>", published_at=at, **fields)


def test_the_newest_are_those_that_were_published_last_not_those_that_were_stored_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "MOST", 2)
    recent = [write("whale", days) for days in (1, 2)]
    for days in (400, 300, 200):
        write("whale", days)
    assert set(best(parse("whale"), Wishes())[0]) == {article.pk for article in recent}


def test_an_old_title_is_found_behind_any_number_of_newer_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST", 2)
    old = write("ship", 3000, "The whale")
    for days in range(1, 8):
        write("whale", days)
    assert best(parse("whale"), Wishes())[0][0] == old.pk


def test_narrowing_finds_what_newer_articles_would_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST", 2)
    old = write("whale", 900, tags=("sea",), section=make_section("Opinion"))
    for days in range(1, 8):
        write("whale", days)
    day = old.published_at.date() if old.published_at else None
    for wishes in (Wishes(tag="sea"), Wishes(section="opinion"), Wishes(before=day), Wishes(after=day, before=day)):
        assert best(parse("whale"), wishes)[0] == [old.pk]


def test_a_scarce_word_is_looked_for_to_the_end_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SAMPLE", 5), ("SCARCE", 2), ("REACH", 3)):
        monkeypatch.setattr(candidates, name, value)
    old = write("whale narwhal", 5000)
    for days in range(1, 12):
        write("whale", days)
    assert best(parse("whale narwhal"), Wishes()) == ([old.pk], None)


def test_a_reader_goes_on_to_what_is_older(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST", 2)
    there = {f"Of {days} days ago" for days in range(1, 10)}
    for days in range(1, 10):
        write("whale", days)
    path, seen = "/search/?q=whale", set()
    for _ in range(20):
        text = client.get(path).content.decode()
        seen |= set(re.findall(r"Of \d days ago", text))
        further = re.search(r'<a href="([^"]*)">Search what is older', text)
        if further is None:
            break
        path = f"/search/{html.unescape(further[1])}"
    assert seen == there
    assert "At least" not in text


def test_sources_are_looked_for_apart_from_texts() -> None:
    cites = make_full_article("Cites it")
    make_article("Says it", body="<p>Source number 2 of outlet 2.</p>")
    assert citing(parse("source number 2")) == [cites.pk]


def test_no_phrase_reaches_across_two_texts() -> None:
    article = make_article("The whale", standfirst="Ship ahoy.")
    KeyPoint(article=article, position=1, text="A first.").save()
    KeyPoint(article=article, position=2, text="Then a second.").save()
    article.settle()
    for asked in ('"whale ship"', '"first then"', '"ahoy first"'):
        assert search(parse(asked), Wishes(), number=1).count == 0, asked


def test_nobody_can_ask_for_what_marks_a_token() -> None:
    make_article("The whale", tags=("sea",))
    for asked in ("·whale", "¤s1", '"¤t1"', "¶", "#4.1", "§"):
        query = parse(asked)
        assert not any({GAP, "·", "§", "¤", "#"} & set("".join(term.words)) for term in query.terms), asked


@pytest.mark.parametrize("asked", ["?q=whale", "?q=whale+ship&section=analysis", "?q=wha*", '?q="a+whale"', "?q=whael"])
def test_no_search_reads_a_growing_table_in_whole(client: Client, asked: str) -> None:
    for days in range(1, 4):
        write("whale ship", days, tags=("sea",))
    assert whole_reads(client, f"/search/{asked}") == set()


def test_an_article_that_moves_in_time_moves_in_the_index() -> None:
    article = write("whale", 10)
    before = SearchEntry.objects.get(pk=article.pk).place
    article.published_at = timezone.now() - timedelta(days=500)
    article.save()
    assert SearchEntry.objects.get(pk=article.pk).place < before
    since = (timezone.now() - timedelta(days=20)).date()
    assert best(parse("whale"), Wishes(after=since))[0] == []
    assert best(parse("whale"), Wishes(before=since))[0] == [article.pk]


moments = st.datetimes(datetime(1, 2, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware


@given(st.tuples(moments, moments).map(sorted))
def test_windows_cover_a_span_of_time_once_from_the_newest_on(ends: list[datetime]) -> None:
    oldest, newest = (int(end.timestamp()) // 900 for end in ends)
    windows = list(postgresql._windows(Span(oldest << 24, newest << 24)))
    blocks = [tuple(map(int, name[1:].split("."))) for window in windows for name in window]
    quarters = [(block << scale, (block + 1) << scale) for scale, block in blocks]
    assert quarters[0][1] > newest
    assert quarters[-1][0] <= oldest < quarters[-1][1]
    assert all(later[0] == earlier[1] for later, earlier in pairwise(quarters))
    assert len(windows) < 40


def test_a_document_names_every_block_of_time_that_it_stands_in() -> None:
    document = SimpleNamespace(place=123456 << 24, tokens=["whale", GAP, "ship"])
    vector = postgresql._vector(document)  # type: ignore[arg-type]
    assert vector.startswith("'whale':1 'ship':3 ")
    assert vector.endswith("'#6.1929' '#9.241' '#12.30' '#15.3' '#18.0'")
    tokens = sqlite._tokens(document)  # type: ignore[arg-type]
    assert tokens == ["whale", GAP, "ship", "°6°1929", "°9°241", "°12°30", "°15°3", "°18°0"]


@given(st.tuples(moments, moments).map(sorted), st.floats(0, 1))
def test_blocks_around_a_span_cover_all_of_it_and_little_else(ends: list[datetime], share: float) -> None:
    low, high = (int(end.timestamp()) // 900 << 24 for end in ends)
    blocks = sqlite._blocks_around(Span(low, high))
    inside = low + int(share * (high - low))
    assert set(blocks) & {sqlite.block_name(*block) for block in blocks_of(inside)}
    scale = int(blocks[0].split("°")[1])
    assert scale == SCALES[0] or len(blocks) > sqlite.BLOCKS >> 3
    assert scale == SCALES[-1] or len(blocks) <= sqlite.BLOCKS


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's index has named them all along.")
@pytest.mark.usefixtures("archive")
def test_the_migration_names_the_blocks_of_articles_that_are_there_and_can_be_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    migration = import_module("articles.migrations.0024_search_by_blocks_of_time")
    monkeypatch.setattr(migration, "AT_ONCE", 7)
    editor, named = SimpleNamespace(connection=connection), stored_tokens()
    migration.forget_blocks(None, editor)
    assert not any("°" in tokens for tokens in stored_tokens())
    for _ in range(2):  # as often as it was broken off
        migration.name_blocks(None, editor)
        assert stored_tokens() == named


def stored_tokens() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tokens FROM articles_search ORDER BY rowid")
        return [tokens for (tokens,) in cursor.fetchall()]
