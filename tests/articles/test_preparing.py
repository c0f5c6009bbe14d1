"""The parts of pages that are made when an article changes."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from taggit.models import Tag

from articles import preparing
from articles.models import Article, Author, Image, LinkCheck, Place, PreparedArticle, Section, Work
from articles.preparing import hear, prepare, prepare_old
from comments.models import Comment
from tests.deploy.running import until
from tests.factories import make_approved_reply, make_article, make_full_article, make_image

pytestmark = pytest.mark.django_db


def is_old(article: Article) -> bool:
    return not PreparedArticle.objects.get(pk=article.pk).recipe


def rename(model: Any, **words: Any) -> Callable[[], None]:
    def change() -> None:
        row = model.objects.order_by("pk").first()
        for name, value in words.items():
            setattr(row, name, value)
        row.save()

    return change


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (rename(Article, title="NEW"), "/"),
        (rename(Author, name="NEW"), "/"),
        (rename(Section, name="NEW"), "/"),
        (rename(Image, alternative_text="NEW"), ""),
        (rename(Tag, name="NEW"), ""),
        (rename(Work, standing="retracted", standing_note="NEW"), ""),
        (lambda: Author.objects.update(name="NEW"), "/"),
        (lambda: Article.objects.update(standfirst="NEW"), "/"),
        (lambda: Article.objects.get().key_points.update(text="NEW"), "/"),
        (lambda: Article.objects.get().sources.update(title="NEW"), ""),
    ],
)
def test_whatever_a_page_shows_is_new_on_it_at_once(client: Client, change: Callable[[], None], path: str) -> None:
    article = make_full_article()
    prepare(article.pk)
    assert "NEW" not in client.get(path or article.get_absolute_url()).content.decode()
    change()
    assert is_old(article)
    assert "NEW" in client.get(path or article.get_absolute_url()).content.decode()


def cite(*articles: Article, url: str = "https://report.example.org/") -> Work:
    for article in articles:
        article.sources.create(title="The report", url=url)
        prepare(article.pk)
    return Work.objects.get(url=url)


def old() -> set[Any]:
    return set(PreparedArticle.objects.filter(recipe="", article__status="published").values_list("pk", flat=True))


@pytest.mark.parametrize("change", [Article.publish, Article.withdraw])
@pytest.mark.parametrize(("others", "forgotten"), [(1, 1), (2, 0), (7, 0)])
def test_others_are_made_anew_only_where_whether_a_source_is_cited_elsewhere_changes(
    change: Callable[[Article], None], others: int, forgotten: int
) -> None:
    articles = [make_article() for _ in range(others)]
    status = Article.Status.DRAFT if change is Article.publish else Article.Status.PUBLISHED
    cite(*articles, article := make_article(status=status))
    for one in articles:
        prepare(one.pk)
    change(article)
    assert len(old() - {article.pk}) == forgotten


@pytest.mark.parametrize("status", ["published", "draft"])
def test_several_that_change_at_once_are_told_of_to_the_one_that_cites_the_same(client: Client, status: str) -> None:
    here, *others = (make_article() for _ in range(4))
    cite(here, *others)
    among = Article.objects.exclude(pk=here.pk)
    among.update(status="draft" if status == "published" else "published")
    prepare(here.pk)
    among.update(status=status)
    assert here.pk in old()
    assert ("Also cited in 3 other articles." in client.get(here.get_absolute_url()).text) is (status == "published")


def test_a_source_given_or_taken_makes_anew_its_own_article_and_the_one_that_alone_cites_the_same() -> None:
    first, second, third = (make_article() for _ in range(3))
    for article, forgotten in ((first, set()), (second, {first}), (third, set())):
        prepare_old(3, PreparedArticle.objects.all())
        cite(article)
        assert old() == {other.pk for other in forgotten}
    for article, forgotten in ((third, set()), (second, {first})):
        prepare_old(3, PreparedArticle.objects.all())
        article.sources.get().delete()
        assert old() == {article.pk, *(other.pk for other in forgotten)}


def test_what_a_work_shows_of_itself_makes_all_anew_that_cite_it_and_nothing_else_does() -> None:
    articles = [make_article() for _ in range(3)]
    work = cite(*articles)
    for article in articles:
        prepare(article.pk)
    link = LinkCheck.objects.get(work=work)
    for status in (LinkCheck.Status.OK, LinkCheck.Status.GONE, LinkCheck.Status.GONE, LinkCheck.Status.OK):
        is_told = LinkCheck.Status.GONE in {link.status, status} and link.status != status
        link.status = status
        link.save()
        assert len(old()) == (3 if is_told else 0)
        prepare_old(3, PreparedArticle.objects.all())
    work.learn(title="Another title", outlet="An outlet")
    assert not old()
    work.mark("retracted", note="It was made up.")
    assert len(old()) == 3


@pytest.mark.parametrize(
    ("values", "forgotten"),
    [({"position": 7}, 0), ({"description": "New."}, 0), ({"name": "New"}, 2), ({"slug": "n"}, 2)],
)
def test_articles_are_made_anew_where_they_show_what_changed_of_their_section(
    values: dict[str, Any], forgotten: int
) -> None:
    for _ in range(2):
        prepare(make_article().pk)
    rename(Section, **values)()
    assert len(old()) == forgotten


@pytest.mark.parametrize("past_the_instance", [False, True])
def test_a_tag_that_is_deleted_is_on_no_article(client: Client, *, past_the_instance: bool) -> None:
    article = make_article(tags=("ferries",))
    assert "ferries" in client.get(article.get_absolute_url()).content.decode()
    tag = Tag.objects.get(name="ferries")
    Tag.objects.filter(pk=tag.pk).delete() if past_the_instance else tag.delete()
    assert "ferries" not in client.get(article.get_absolute_url()).content.decode()
    assert not Place.objects.in_list(f"tagged-{tag.pk}").exists()
    assert "Nothing matches" in client.get("/search/", {"q": "ferries"}).content.decode()


@pytest.mark.parametrize("past_the_instance", [False, True])
def test_a_cover_that_is_deleted_is_on_no_page(client: Client, *, past_the_instance: bool) -> None:
    image = make_image()
    article = make_article(cover=image)
    for path in (article.get_absolute_url(), "/"):
        assert image.url in client.get(path).content.decode()
    Image.objects.filter(pk=image.pk).delete() if past_the_instance else image.delete()
    for path in (article.get_absolute_url(), "/"):
        assert image.url not in client.get(path).content.decode()


def show_in_text(image: Image) -> Article:
    return make_article(body=f'<figure><img src="{image.url}" alt="A harbour" data-image="{image.pk}"></figure>')


def test_a_picture_in_the_text_is_as_it_was_last_described(client: Client) -> None:
    image = make_image(credit="By Aroha")
    article = show_in_text(image)
    assert "By Aroha" in client.get(article.get_absolute_url()).content.decode()
    updated_at = article.updated_at
    image.credit = "By Wiremu"
    image.save()
    assert "By Wiremu" in client.get(article.get_absolute_url()).content.decode()
    article.refresh_from_db()
    assert article.updated_at == updated_at


@pytest.mark.parametrize("past_the_instance", [False, True])
def test_the_credit_of_a_picture_that_is_deleted_is_gone_from_the_text(
    client: Client, *, past_the_instance: bool
) -> None:
    image = make_image(credit="By Aroha")
    article = show_in_text(image)
    assert "By Aroha" in client.get(article.get_absolute_url()).content.decode()
    Image.objects.filter(pk=image.pk).delete() if past_the_instance else image.delete()
    assert "By Aroha" not in client.get(article.get_absolute_url()).content.decode()


def test_which_pictures_a_text_shows_is_known_of_its_present_text() -> None:
    image = make_image()
    article = show_in_text(image)
    assert list(article.pictures_in_text.values_list("image", flat=True)) == [image.pk]
    article.body = "<p>None.</p>"
    article.save()
    assert not article.pictures_in_text.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's writers take turns.")
def test_what_is_under_way_when_something_changes_ends_as_old(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article("Before")
    PreparedArticle.objects.update(recipe="")
    has_read, may_go_on = threading.Event(), threading.Event()
    make_entries = preparing._make_entries

    def slowly(*what: Any) -> None:
        has_read.set()
        assert may_go_on.wait(30)
        make_entries(*what)

    def do(work: Callable[[], object]) -> None:
        with closing(connection):
            work()

    monkeypatch.setattr(preparing, "_make_entries", slowly)
    with ThreadPoolExecutor(2) as pool:
        making = pool.submit(do, lambda: prepare(article.pk))
        assert has_read.wait(30)
        changing = pool.submit(do, lambda: Article.objects.filter(pk=article.pk).update(title="After"))
        until(lambda: changing.done() or is_waiting_for_a_lock())
        may_go_on.set()
        making.result()
        changing.result()
    monkeypatch.undo()
    parts = PreparedArticle.objects.get(pk=article.pk)
    assert not parts.recipe or "After" in parts.main


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone() is not None


def test_a_page_that_is_old_is_made_when_it_is_looked_at(client: Client) -> None:
    article = make_full_article()
    assert is_old(article)
    client.get(article.get_absolute_url())
    assert not is_old(article)


def test_whoever_changes_an_article_makes_its_parts() -> None:
    article, draft = make_full_article(), make_article(status=Article.Status.DRAFT)
    hear({f"article-{article.pk}", f"article-{draft.pk}", "site"})
    assert not is_old(article)
    assert is_old(draft)


def test_the_worker_makes_what_many_changes_left() -> None:
    articles = [make_article() for _ in range(3)]
    prepare_old(2, PreparedArticle.objects.all())
    assert [is_old(article) for article in articles] == [True, False, False]


def test_parts_made_by_another_version_of_the_program_are_old(client: Client) -> None:
    article = make_full_article()
    prepare(article.pk)
    PreparedArticle.objects.update(recipe="another", main="OLD", card="OLD", lead="OLD", line="OLD")
    for path in ("/", "/analysis/", article.get_absolute_url()):
        assert "OLD" not in client.get(path).content.decode()


def test_another_site_address_makes_parts_anew(client: Client, settings: Any) -> None:
    article = make_full_article()
    prepare(article.pk)
    settings.SITE_URL = "https://elsewhere.example.org"
    page = client.get(article.get_absolute_url()).content.decode()
    assert "127.0.0.1" not in page
    assert "https://elsewhere.example.org" in page


def test_an_article_that_takes_the_address_of_another_is_found_there(client: Client) -> None:
    first = make_article("First", slug="the-address")
    prepare(first.pk)
    first.slug = "another"
    first.save()
    second = make_article("Second", slug="the-address")
    page = client.get(second.get_absolute_url()).content.decode()
    assert "<h1>Second</h1>" in page


def test_what_people_type_fills_no_slot(client: Client) -> None:
    article = make_full_article("A <!--slot about-key-point-1--> title")
    key_point = article.key_points.all()[0]
    make_approved_reply(article, about_key_point=key_point, name="<!--slot elsewhere-1-->")
    page = client.get(article.get_absolute_url()).content.decode()
    assert page.count('href="#about-key-point-1"') == 1
    assert "<!--slot" not in page


def test_the_number_of_replies_stands_in_the_structured_data(client: Client) -> None:
    article = make_full_article('It says "commentCount": 0, it says')
    for _ in range(2):
        make_approved_reply(article)
    page = client.get(article.get_absolute_url()).content.decode()
    assert '"commentCount": 2' in page
    assert Comment.objects.filter(version=F("version")).count() == 2
