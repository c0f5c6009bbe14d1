"""`import_article`, as an editor runs it."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from articles.models import Article
from articles.plain_text import MAX_FILE_BYTES
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db

PAGE = """Harbour pilots ask for slower nights

  • Fewer ships: The port takes fewer ships after midnight. [1, 2]
  • Safety first: Pilots say that fatigue is the risk.


The port has changed its timetable, and the pilots are content [1].

What changed

From March the last ship comes in at one o'clock [2]. Before, there was no such hour.

Who pays

The shipping lines do, says their own report.


In sum, the night is quieter.


  1. Timetable of the port-
  2. A report on fatigue | The Example Post https://post.example.org/fatigue
Spread the love

Related Post

Leave a Reply

Your email address will not be published. Required fields are marked *
"""


@pytest.fixture(autouse=True)
def _section() -> None:
    make_section("Analysis")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(PAGE)
    return path


def run(file: Path, **options: Any) -> list[str]:
    out = StringIO()
    call_command("import_article", file, stdout=out, **options)
    return out.getvalue().splitlines()


def test_a_page_becomes_a_draft_with_its_chain(file: Path) -> None:
    lines = run(file)
    article = Article.objects.get()
    assert lines[-1] == article.get_absolute_url() == "/analysis/harbour-pilots-ask-for-slower-nights/"
    assert article.status == Article.Status.DRAFT
    assert [heading["text"] for heading in article.headings] == ["What changed", "Who pays"]
    assert list(article.key_points.values_list("lead", "text")) == [
        ("Fewer ships", "The port takes fewer ships after midnight."),
        ("Safety first", "Pilots say that fatigue is the risk."),
    ]
    assert list(article.sources.values_list("title", "outlet", "url")) == [
        ("Timetable of the port", "", ""),
        ("A report on fatigue", "The Example Post", "https://post.example.org/fatigue"),
    ]
    assert article.citations == {"1": 1, "2": 1}
    first = article.key_points.first()
    assert first is not None
    assert list(first.sources.values_list("position", flat=True)) == [1, 2]
    for furniture in ("Spread", "Related", "Leave a Reply", "email"):
        assert furniture not in article.body


def test_options_say_where_by_whom_about_what_and_whether_at_once(file: Path) -> None:
    make_section("Opinion")
    User.objects.create_user("mere", first_name="Mere", last_name="Ashworth", email="mere@hidden.invalid")
    run(file, section="opinion", author="mere", tags="ports, shipping", publish=True)
    article = Article.objects.get()
    assert article.section.slug == "opinion"
    assert [author.name for author in article.authors.all()] == ["Mere Ashworth"]
    assert set(article.tags.names()) == {"ports", "shipping"}
    assert article.is_published


def test_the_first_section_is_the_default(file: Path) -> None:
    make_section("Front", position=0)
    run(file)
    assert Article.objects.get().section.slug == "front"


def test_a_second_import_says_so_and_changes_nothing(file: Path) -> None:
    run(file)
    Article.objects.update(title="Retitled by hand", slug="by-hand")
    lines = run(file, publish=True)
    article = Article.objects.get()
    assert "imported before" in lines[0]
    assert lines[-1] == "/analysis/by-hand/"
    assert (article.title, article.status) == ("Retitled by hand", "draft")


def test_update_changes_what_is_different(file: Path) -> None:
    run(file)
    file.write_text(PAGE.replace("the night is quieter", "the night is calm"))
    assert "updated" in run(file, update=True, publish=True)[0]
    article = Article.objects.get()
    assert "the night is calm" in article.body
    assert article.is_published
    assert article.sources.count() == 2
    assert article.key_points.count() == 2


def test_update_of_the_same_says_so(file: Path) -> None:
    run(file)
    before = Article.objects.get().updated_at
    assert "nothing was changed" in run(file, update=True)[0]
    assert Article.objects.get().updated_at == before


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", "line 1", "empty"),
        (b"\n \n", "line 1", "empty"),
        (b"Title\n\nText\x00\n", "line 3", ""),
        (b"Title\n\nCaf\xe9 text\n", "line 3", "UTF-8"),
        (b"A title\n", "line 1", "body"),
        ("• Lead: a key point\n\nText of it.\n".encode(), "line 1", "title"),
        (b"Title\n\n" + b"word " * (MAX_FILE_BYTES // 5), "line 3", ""),
    ],
    ids=["empty", "blank", "binary", "latin-1", "no body", "no title", "too large"],
)
def test_an_unreadable_file_is_one_clear_line_and_leaves_nothing(
    tmp_path: Path, content: bytes, line: str, reason: str
) -> None:
    path = tmp_path / "broken.txt"
    path.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        run(path)
    message = str(caught.value)
    assert line in message
    assert reason in message
    assert "\n" not in message
    assert caught.value.returncode == 1
    assert not Article.objects.exists()


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nothing.txt")
    with pytest.raises(CommandError, match="directory"):
        run(tmp_path)


def test_an_unknown_section_lists_those_there_are(file: Path) -> None:
    make_section("Opinion")
    with pytest.raises(CommandError, match=r"no section “none”.*analysis, opinion"):
        run(file, section="none")


def test_an_unknown_author_is_refused(file: Path) -> None:
    with pytest.raises(CommandError, match="no account “nobody”"):
        run(file, author="nobody")
    assert not Article.objects.exists()


def test_another_article_with_that_address_is_left_alone(file: Path) -> None:
    make_article("Harbour pilots ask for slower nights", body="<p>By hand.</p>")
    with pytest.raises(CommandError, match="already has the address"):
        run(file)
    assert Article.objects.get().body == "<p>By hand.</p>"


def test_without_any_section_it_says_what_to_do(file: Path) -> None:
    make_section("Analysis").delete()
    with pytest.raises(CommandError, match="no section yet"):
        run(file)
