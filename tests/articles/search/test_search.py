"""Finding articles: what matches, what comes first, and what is never shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.models import Article, KeyPoint
from articles.search.indexing import rebuild
from articles.search.query import parse
from articles.search.results import Wishes, search
from articles.search.vocabulary import suggestions
from tests.factories import make_article, make_full_article, make_section

pytestmark = pytest.mark.django_db


def found(asked: str, **wishes: Any) -> list[str]:
    return [hit.article.title for hit in search(parse(asked), Wishes(**wishes), number=1).hits]


@pytest.fixture
def paper() -> None:
    """A small paper with known answers."""
    days = iter(range(20, 0, -1))

    def write(title: str, body: str, **fields: Any) -> Article:
        return make_article(
            title, body=f"<p>{body}</p>", published_at=timezone.now() - timedelta(days=next(days)), **fields
        )

    write("Night shift at the port", "Pilots guide ships between the piers.")
    write("The price of milk", "Every port charges its own fee. Nothing else is said of harbours here.")
    write("Ngāi Tahu and the river", "The Māori name of the river is older than the maps.", tags=("water",))
    write("A café in Zürich", "It serves flat whites. Security is tight.")
    point = write("What the treaty says", "A long text on other things.")
    KeyPoint(article=point, text="Satellites share one orbit.").save()
    point.settle()
    write("Space junk", "Old satellites come down in the sea.", section=make_section("Opinion"))
    write("Ships & <b>shoes</b>", "Prices run between 3,000 and 84 million <b>dollars</b>.")


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("port", ["Night shift at the port", "The price of milk"]),
        ("PORTS", ["Night shift at the port", "The price of milk"]),
        ("maori", ["Ngāi Tahu and the river"]),
        ("ngai tahu", ["Ngāi Tahu and the river"]),
        ("Zurich", ["A café in Zürich"]),
        ("cafe", ["A café in Zürich"]),
        ("satellite", ["What the treaty says", "Space junk"]),
        ('"between the piers"', ["Night shift at the port"]),
        ('"piers the between"', []),
        ("satel*", ["What the treaty says", "Space junk"]),
        ("sat*", ["What the treaty says", "Space junk"]),
        ("satellites*", ["What the treaty says", "Space junk"]),
        ('"old satellites"', ["Space junk"]),
        ('satellite -"old satellites"', ["What the treaty says"]),
        ("satellite -sea", ["What the treaty says"]),
        ("milk OR café", ["A café in Zürich", "The price of milk"]),
        ("port milk", ["The price of milk"]),
        ("84 million", ["Ships & <b>shoes</b>"]),
        ("water", ["Ngāi Tahu and the river"]),
        ("the", None),
        ("nowhere", []),
        ("*", []),
    ],
)
def test_questions_with_known_answers(asked: str, titles: list[str] | None) -> None:
    answer = found(asked)
    if titles is None:
        assert len(answer) == 5  # no word is too common to be looked for
    elif " OR " in asked:
        assert sorted(answer) == sorted(titles)
    else:
        assert answer == titles


@pytest.mark.usefixtures("paper")
def test_results_are_narrowed_by_section_tag_and_date() -> None:
    today = timezone.localdate()
    assert found("satellite", section="opinion") == ["Space junk"]
    assert found("river", tag="water") == ["Ngāi Tahu and the river"]
    assert found("satellite", before=today - timedelta(days=16)) == ["What the treaty says"]
    assert found("satellite", after=today - timedelta(days=15)) == ["Space junk"]


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0000-00-00", "\0"])
def test_no_day_is_too_far_to_search_to(client: Client, day: str) -> None:
    for asked in ("satellite", "river water", '"the treaty"'):
        for edge in ("after", "before"):
            assert client.get("/search/", {"q": asked, edge: day}).status_code == 200


def test_sources_are_found_by_their_outlet() -> None:
    make_full_article("With sources")
    assert found("outlet 2") == ["With sources"]


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_what_is_not_public_is_never_found(status: str) -> None:
    article = make_article("Secret plan", body="<p>secret</p>")
    assert found("secret") == ["Secret plan"]
    article.status = status
    article.save()
    assert found("secret") == []
    call_command("rebuild_search_index", verbosity=0)
    assert found("secret") == []


def test_a_scheduled_article_is_found_from_its_minute_on(time_machine: Any) -> None:
    make_article("To come", published_at=timezone.now() + timedelta(hours=1))
    assert found("come") == []
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert found("come") == ["To come"]


def test_the_index_follows_every_change_and_no_change_that_was_taken_back() -> None:
    article = make_article("First words")
    article.title = "Second words"
    article.save()
    assert (found("first"), found("second")) == ([], ["Second words"])

    with transaction.atomic():
        article.title = "Third words"
        article.save()
        transaction.set_rollback(True)
    assert (found("third"), found("second")) == ([], ["Second words"])
    article.delete()
    assert found("second") == []


@pytest.mark.usefixtures("paper")
def test_an_index_that_was_made_anew_answers_the_same() -> None:
    before = found("port")
    call_command("rebuild_search_index", verbosity=0)
    assert found("port") == before


def test_what_is_saved_while_the_index_is_made_anew_is_found_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.search.indexing.ARTICLES_AT_ONCE", 1)
    make_article("First")
    second = make_article("Second words")

    def rewrite(done: int) -> None:
        if done == 1:
            second.title = "Other words"
            second.save()

    rebuild(Article.objects.order_by("pk"), rewrite)
    assert (found("second"), found("other")) == ([], ["Other words"])


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize(
    ("typed", "meant"), [("sattelites", "satellites"), ("treety", "treaty"), ("prot", "port"), ("xqzv", "")]
)
def test_a_misspelt_word_is_answered_with_the_nearest_of_the_paper(typed: str, meant: str) -> None:
    assert found(typed) == []
    assert suggestions(parse(typed)) == meant


def test_of_many_words_with_a_beginning_the_common_ones_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.search.vocabulary.MAX_COMPLETIONS", 1)
    make_article("Whales", body="<p>The whale.</p>")  # what is common comes first
    make_article("Wharves", body="<p>The wharf.</p>")
    assert found("wha*") == ["Whales"]
    assert found("whar*") == ["Wharves"]


@pytest.mark.usefixtures("paper")
def test_of_two_near_words_the_common_one_is_meant() -> None:
    make_article("Treaties", body="<p>A treacy, once.</p>")
    assert suggestions(parse("treaxy")) == "treaty"


@pytest.mark.usefixtures("paper")
def test_the_page_marks_what_matched_and_escapes_everything(client: Client) -> None:
    page = client.get("/search/", {"q": "shoes price <script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    page = client.get("/search/", {"q": "shoes"}).content.decode()
    assert "Ships &amp; &lt;b&gt;<mark>shoes</mark>&lt;/b&gt;" in page
    assert "<mark>port</mark>" in client.get("/search/", {"q": "Ports"}).content.decode()
    nothing = client.get("/search/", {"q": "sattelites"}).content.decode()
    assert "Did you mean" in nothing
    assert 'href="?q=satellites"' in nothing


def test_results_come_in_pages(client: Client) -> None:
    for number in range(23):
        make_article(f"Whale {number}")
    first = client.get("/search/", {"q": "whale"}).content.decode()
    assert "23 articles" in first
    assert "?q=whale&amp;page=2" in first
    last = client.get("/search/", {"q": "whale", "page": "3"}).content.decode()
    assert last.count("<mark>Whale</mark>") == 3
    for page in ("0", "x", "4", "101", "0001", "000001" + 5_000 * "9"):
        assert client.get("/search/", {"q": "whale", "page": page}).status_code == 404, page
    assert client.get("/search/", {"q": "nothing", "page": "2"}).status_code == 404


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("asked", ["", "port", "old satellites", "Māori"])
def test_engines_may_keep_the_form_and_what_is_found_by_our_own_words(client: Client, asked: str) -> None:
    page = client.get("/search/", {"q": asked}).content.decode()
    assert '<link rel="canonical" href="http://127.0.0.1:8000/search/">' in page
    assert "noindex" not in page


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize(
    "asked",
    [
        "pills",
        "port pills",
        "port OR pills",
        "port -pills.example",
        '"port" pills',
        "port*",
        "?!",
        f"{'port ' * 12}pills",
    ],
)
def test_nobody_gets_words_of_their_own_into_an_engine_by_a_search_of_ours(client: Client, asked: str) -> None:
    page = client.get("/search/", {"q": asked}).content.decode()
    assert '<meta name="robots" content="noindex">' in page
    assert "canonical" not in page


def test_a_search_takes_the_same_queries_however_much_there_is(client: Client) -> None:
    make_article("Whale")
    with CaptureQueriesContext(connection) as few:
        client.get("/search/", {"q": "whale"})
    for number in range(9):
        make_article(f"Whale {number}", tags=("sea",))
    with CaptureQueriesContext(connection) as many:
        client.get("/search/", {"q": "whale"})
    assert len(few) == len(many)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab \"'*-+()^:{}[]|&!<>~@%_\\\0\n\tĀ漢OR NEAR"), max_size=40))
def test_there_is_no_way_to_ask_wrongly(asked: str) -> None:
    search(parse(asked), Wishes(), number=1)


@pytest.mark.parametrize(
    "asked", ["x" * 10_000, '"' * 500, "a* " * 200, "NEAR(a b)", "title:x", "'); DROP TABLE x", "\ud83d\ude00"]
)
def test_hostile_questions_get_a_page(client: Client, asked: str) -> None:
    assert client.get("/search/", {"q": asked.encode("utf-16", "surrogatepass").decode("utf-16")}).status_code == 200
