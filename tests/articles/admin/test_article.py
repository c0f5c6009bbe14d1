"""The newsroom's pages, as each role finds them."""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.admin import forms
from articles.admin.desk import ImageAdmin
from articles.admin.forms import KeyPointForm, SourceForm
from articles.models import Article, Author, Image
from articles.models.image import make_renditions
from articles.plain_text.article import MAX_KEY_POINTS, MAX_SOURCES
from tests.factories import make_article, make_author, make_full_article, make_image, make_section, make_staff

pytestmark = pytest.mark.django_db

ADD = "/admin/articles/article/add/"
LIST = "/admin/articles/article/"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_staff(role))
    return client


def change(article: Article) -> str:
    return f"/admin/articles/article/{article.pk}/change/"


def form_data(**fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"title": "New", "slug": "new", "section": make_section().pk, "status": "draft"}
    for prefix in ("byline_entries", "key_points", "sources", "corrections", "closed_discussion"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | fields


def rows(prefix: str, *entries: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(entries), f"{prefix}-INITIAL_FORMS": 0}
    for number, entry in enumerate(entries):
        data |= {f"{prefix}-{number}-{name}": value for name, value in entry.items()}
    return data


def test_an_editor_writes_and_publishes_an_article_with_its_chain() -> None:
    data = form_data(
        title="Written here",
        slug="written-here",
        body="<h2>One</h2><p>Said so [2].</p><script>x</script>",
        tags=["Ports", "new tag"],
        status="published",
        **rows("key_points", {"position": 1, "lead": "Lead:", "text": "Point.", "source_numbers": "2"}),
        **rows("sources", {"position": 2, "title": "Second"}, {"position": 1, "title": "First"}),
    )
    data |= {"_continue": "1"}
    editor = signed_in("Editor")
    response = editor.post(ADD, data)
    assert response.status_code == 302, re.findall(r"errorlist.*", response.content.decode())
    article = Article.objects.get()
    assert response.headers["Location"] == f"/admin/articles/article/{article.pk}/desk/"
    assert not article.is_published  # what the desk finds is asked about once
    editor.post(response.headers["Location"], {"publish": "Publish anyway"})
    article.refresh_from_db()
    assert article.is_published
    second = article.sources.get(position=2)
    assert article.body == f'<h2>One</h2><p>Said so<cite data-source="{second.key}"></cite>.</p>'
    assert article.citations == {"2": 1}
    assert set(article.tags.names()) == {"Ports", "new tag"}
    key_point = article.key_points.get()
    assert key_point.lead == "Lead"
    assert [source.title for source in key_point.sources.all()] == ["Second"]
    assert Client().get("/analysis/written-here/").status_code == 200


def test_a_key_point_that_names_a_missing_source_is_warned_of() -> None:
    data = form_data(**rows("key_points", {"position": 1, "text": "Point.", "source_numbers": "7"}))
    response = signed_in("Editor").post(ADD, data, follow=True)
    assert "source 7" in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": ""}, "required"),
        ({"title": "\u200b"}, "cannot be blank"),
        ({"title": "\u200d\u3164\ufe0f"}, "cannot be blank"),
        (rows("key_points", {"position": 1, "text": "\u200b"}), "cannot be blank"),
        (rows("corrections", {"made_at_0": "2026-01-01", "made_at_1": "10:00", "text": "\u200b"}), "cannot be blank"),
        (rows("sources", {"position": 1, "title": "\u202e"}), "cannot be blank"),
        ({"slug": "feed"}, ""),
        ({"body": "x" * 300_001}, ""),
        (rows("sources", {"position": 1, "title": "S", "url": "javascript:alert(1)"}), "valid URL"),
        (rows("key_points", {"position": 1, "text": "P", "source_numbers": "two"}), "numbers of the sources"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_stored(fields: dict[str, Any], message: str) -> None:
    response = signed_in("Editor").post(ADD, form_data(**fields))
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert message in response.content.decode()
    assert not Article.objects.exists()


@pytest.mark.parametrize("kind", ["author", "section"])
def test_nobody_has_a_name_that_nobody_sees(kind: str) -> None:
    response = signed_in("Editor").post(f"/admin/articles/{kind}/add/", {"name": "\u200b", "slug": "x", "position": 1})
    assert response.status_code == 200
    assert "cannot be blank" in response.content.decode()


def test_a_suggestion_that_was_emptied_is_not_taken() -> None:
    article = make_article()
    row = {"is_accepted": "on", "text": "\u200b", "passage": "It begins here."}
    data = rows("form", row)
    response = signed_in("Editor").post(f"/admin/articles/article/{article.pk}/suggest-key-points/", data)
    assert response.status_code == 422
    assert "required" in response.content.decode()
    assert not article.key_points.exists()


def test_a_writer_writes_drafts_in_their_own_name() -> None:
    client = signed_in("Writer")
    assert client.post(ADD, form_data()).status_code == 302
    article = Article.objects.get()
    assert [author.user.username for author in article.authors.all() if author.user] == ["writer"]
    assert (
        client.post(change(article), form_data(title="Better", status="in_review", **existing(article))).status_code
        == 302
    )
    article.refresh_from_db()
    assert (article.title, article.status) == ("Better", "in_review")


@pytest.mark.parametrize(
    ("role", "record"), [("Writer", "Taken back by the writer"), ("Editor", "Sent back to the writer")]
)
def test_what_was_handed_in_is_taken_back_by_its_writer_and_sent_back_by_editors(role: str, record: str) -> None:
    user = make_staff(role)
    client = Client()
    client.force_login(user)
    article = make_article("New", status="in_review", slug="new", authors=(make_author(user=user),))
    assert client.post(change(article), form_data(status="draft", **existing(article))).status_code == 302
    article.refresh_from_db()
    assert article.status == "draft"
    assert [str(entry) for entry in article.desk_entries.all()] == [record]
    assert record in client.get(f"/admin/articles/article/{article.pk}/desk/").content.decode()


def existing(article: Article) -> dict[str, Any]:
    data: dict[str, Any] = {"byline_entries-TOTAL_FORMS": 0, "byline_entries-INITIAL_FORMS": 0}
    for number, entry in enumerate(article.byline_entries.all()):
        prefix = f"byline_entries-{number}"
        data |= {f"{prefix}-id": entry.pk, f"{prefix}-article": article.pk, f"{prefix}-author": entry.author_id}
        data |= {"byline_entries-TOTAL_FORMS": number + 1, "byline_entries-INITIAL_FORMS": number + 1}
    return data


@pytest.mark.parametrize("status", ["published", "withdrawn"])
def test_a_writer_cannot_publish_by_any_path(status: str) -> None:
    client = signed_in("Writer")
    client.post(ADD, form_data(status=status, published_at_0="2020-01-01", published_at_1="10:00"))
    assert not Article.objects.exists()
    draft = make_article(status="draft")
    client.post(LIST, {"action": "publish_selected", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_writer_reads_but_never_changes_the_work_of_others() -> None:
    client = signed_in("Writer")
    other = make_article("Of another", status="draft")
    assert client.get(change(other)).status_code == 200
    assert 'name="title"' not in client.get(change(other)).content.decode()
    assert client.post(change(other), form_data(title="Hijacked")).status_code == 403
    assert client.post(f"/admin/articles/article/{other.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"})
    other.refresh_from_db()
    assert other.title == "Of another"


def test_a_writer_no_longer_changes_what_is_published() -> None:
    client = Client()
    user = make_staff("Writer")
    client.force_login(user)
    article = make_article("Out", authors=(Author.objects.of(user),))
    assert client.post(change(article), form_data(title="Quietly changed")).status_code == 403


@pytest.mark.parametrize(("action", "status"), [("publish_selected", "published"), ("withdraw_selected", "withdrawn")])
def test_editors_publish_and_withdraw_from_the_list(action: str, status: str) -> None:
    article = make_article(status="draft" if status == "published" else "published")
    response = signed_in("Editor").post(LIST, {"action": action, "_selected_action": [article.pk]}, follow=True)
    article.refresh_from_db()
    assert article.status == status
    assert f"1 article {status}" in response.content.decode()


def publish_from_the_list(*articles: Article) -> str:
    data = {"action": "publish_selected", "_selected_action": [article.pk for article in articles]}
    return signed_in("Editor").post(LIST, data, follow=True).content.decode()


def after_publishing(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Have something done after each article that is published, as long as there is anything to do."""
    publish, left = Article.publish, iter(acts)

    def publishing(article: Article, **how: Any) -> None:
        publish(article, **how)
        next(left, lambda: None)()

    monkeypatch.setattr(Article, "publish", publishing)


def test_each_article_is_decided_on_as_it_is_when_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    published, edited, first = (make_article(status="draft") for _ in range(3))  # the list is the other way round

    def meanwhile() -> None:
        Article.objects.filter(pk=edited.pk).update(title="Edited")
        published.publish()

    after_publishing(monkeypatch, meanwhile)
    text = publish_from_the_list(first, edited, published)
    assert "2 articles published" in text
    assert "1 article is left as found" in text
    edited.refresh_from_db()
    assert (edited.title, edited.status) == ("Edited", "published")


def test_a_failure_takes_back_none_of_the_articles_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [make_article(status="draft") for _ in range(2)]
    after_publishing(monkeypatch, lambda: None, partial(int, "no number"))
    with pytest.raises(ValueError, match="no number"):
        publish_from_the_list(*articles)
    assert Article.objects.published().count() == 1
    assert LogEntry.objects.count() == 1


def test_a_form_with_many_sources_asks_for_them_once(django_assert_max_num_queries: Any) -> None:
    article, editor = make_full_article(), signed_in("Editor")
    with CaptureQueriesContext(connection) as queries:
        editor.get(change(article))
    for position in range(4, 9):
        article.sources.create(position=position, title=f"Source number {position}")
    with django_assert_max_num_queries(len(queries)):
        text = editor.get(change(article)).content.decode()
    assert text.count("The same report as source 8") == 8  # in seven rows, and in the one for a new source


def test_a_row_of_a_long_list_of_sources_names_only_the_one_that_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_full_article()
    monkeypatch.setattr(forms, "MOST_OFFERED", 1)  # a script offers the others
    first = article.sources.get(position=1)
    article.sources.filter(position=3).update(report_decision=first.key)
    text = signed_in("Editor").get(change(article)).content.decode()
    assert text.count("The same report as source") == 1
    assert f'<option value="{first.key}" selected>The same report as source 1</option>' in text


def test_a_form_may_send_as_many_rows_as_an_import_makes() -> None:
    data = form_data(
        **rows("sources", *[dict.fromkeys(("id", "article", *SourceForm.Meta.fields), "")] * MAX_SOURCES),
        **rows("key_points", *[dict.fromkeys(("id", "article", *KeyPointForm.Meta.fields), "")] * MAX_KEY_POINTS),
    )
    assert signed_in("Editor").post(ADD, data | {"_forget_draft": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("role", "status"), [("Editor", 200), ("Writer", 200), ("Moderator", 403), ("Privacy officer", 403)]
)
def test_previews_are_for_those_who_see_articles(role: str, status: int) -> None:
    draft = make_full_article("Not yet", status="draft")
    response = signed_in(role).get(f"/admin/articles/article/{draft.pk}/preview/")
    assert response.status_code == status
    assert ("Not yet" in response.content.decode()) == (status == 200)


def test_strangers_are_sent_to_sign_in() -> None:
    draft = make_article("Not yet", status="draft")
    response = Client().get(f"/admin/articles/article/{draft.pk}/preview/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")


def test_the_form_carries_links_to_look_at_the_draft() -> None:
    page = signed_in("Editor").get(change(make_article(status="draft"))).content.decode()
    link = re.search(r'value="http://127\.0\.0\.1:8000(/preview/[^"]+)"', page)
    assert link
    assert Client().get(link.group(1)).status_code == 200


def test_tags_are_suggested_by_what_was_typed() -> None:
    make_article(tags=("Ports", "Shipping"))
    answer = json.loads(signed_in("Writer").get("/admin/articles/article/tag-names/", {"term": "por"}).content)
    assert answer["results"] == [{"id": "Ports", "text": "Ports"}]
    assert signed_in("Moderator").get("/admin/articles/article/tag-names/").status_code == 403


@pytest.mark.parametrize("path", ["/admin/articles/article/tag-names/?term=%00", "/admin/articles/image/pick/?q=%00"])
def test_what_no_database_can_look_for_is_left_out(path: str) -> None:
    assert signed_in("Editor").get(path).status_code == 200


def test_a_tag_that_looks_like_a_number_is_a_name() -> None:
    make_article(tags=("one",))
    signed_in("Editor").post(ADD, form_data(tags=["1", "2026"]))
    assert set(Article.objects.get(slug="new").tags.names()) == {"1", "2026"}


def test_pasted_text_is_shown_before_it_is_saved() -> None:
    client = signed_in("Writer")
    pasted = {"text": "A title\n\n• Lead: Point.\n\nA paragraph of text, long enough.\n", "section": make_section().pk}
    preview = client.post("/admin/articles/article/paste/", {**pasted, "show": "1"})
    assert "A paragraph of text" in preview.content.decode()
    assert not Article.objects.exists()
    saved = client.post("/admin/articles/article/paste/", {**pasted, "save": "1"})
    article = Article.objects.get()
    assert saved.headers["Location"] == change(article)
    assert (article.title, article.status) == ("A title", "draft")
    assert article.authors.get().user is not None


def test_a_number_that_no_source_has_stays_in_a_pasted_key_point() -> None:
    number = "[99999999999999999999]"
    text = f"A title\n\n• Point {number}\n\nA paragraph of text, long enough.\n"
    pasted = {"text": text, "section": make_section().pk, "save": "1"}
    assert signed_in("Editor").post("/admin/articles/article/paste/", pasted).status_code == 302
    assert Article.objects.get().key_points.get().text == f"Point {number}"


def test_a_new_text_under_a_title_that_was_pasted_before_is_kept_in_the_form() -> None:
    client = signed_in("Writer")
    pasted = {"text": "The week\n\nWhat happened in this week.\n", "section": make_section().pk, "save": "1"}
    client.post("/admin/articles/article/paste/", pasted)
    first = Article.objects.get()
    again = client.post("/admin/articles/article/paste/", pasted)
    assert again.headers["Location"] == change(first)
    new = client.post("/admin/articles/article/paste/", pasted | {"text": "The week\n\nIt was quiet in that week.\n"})
    page = new.content.decode()
    assert new.status_code == 422
    assert "It was quiet in that week." in page
    assert f'<a href="{change(first)}">The week</a>' in page
    assert Article.objects.get() == first


def test_pasted_text_that_cannot_be_read_is_said_so() -> None:
    pasted = {"text": "Only a title", "section": make_section().pk, "save": "1"}
    response = signed_in("Editor").post("/admin/articles/article/paste/", pasted)
    assert response.status_code == 422
    assert "line 1" in response.content.decode()


@pytest.mark.parametrize("role", ["Moderator", "Privacy officer"])
@pytest.mark.parametrize(
    "path", [LIST, ADD, "/admin/articles/article/paste/", "/admin/articles/section/", "/admin/articles/image/"]
)
def test_the_newsroom_is_closed_to_other_roles(role: str, path: str) -> None:
    assert signed_in(role).get(path).status_code == 403


def test_the_list_costs_the_same_however_long_it_is(django_assert_max_num_queries: Any) -> None:
    client = signed_in("Editor")
    for number in range(30):
        make_article(tags=(f"t{number}",), authors=(make_author(f"Author {number}"),))
    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_a_picture_is_uploaded_with_what_it_shows() -> None:
    client = signed_in("Writer")
    image = make_image()
    with default_storage.open(image.renditions[-1]["name"]) as file:
        response = client.post(
            "/admin/articles/image/add/",
            {"upload": file, "alternative_text": "Teal again", "credit": "Tia", "focal_x": 50, "focal_y": 50},
        )
    assert response.status_code == 302
    assert type(image).objects.filter(alternative_text="Teal again").exists()


def test_the_files_of_a_picture_that_are_made_while_its_form_is_saved_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    image = make_image()
    made = image.renditions
    Image.objects.filter(pk=image.pk).update(renditions=made[:1])

    def may(*_: Any) -> bool:  # the form's picture was read by now
        make_renditions.call(image.pk)
        return True

    monkeypatch.setattr(ImageAdmin, "has_change_permission", may)
    said = {"alternative_text": "Teal again", "credit": "Tia", "focal_x": 50, "focal_y": 50}
    assert signed_in("Editor").post(f"/admin/articles/image/{image.pk}/change/", said).status_code == 302
    image.refresh_from_db()
    assert image.alternative_text == "Teal again"
    assert image.renditions == made


def test_a_published_text_that_changes_substantially_asks_for_a_correction() -> None:
    article = make_article("Known", body="<p>It cost 84 million and took a year.</p>")
    fields = {"title": "Known", "slug": article.slug, "status": "published"}
    at = {"published_at_0": "2026-01-02", "published_at_1": "03:04:05"}
    editor = signed_in("Editor")
    typo = form_data(**fields, **at, body="<p>It cost 84 million, and took a year.</p>")
    assert editor.post(change(article), typo).status_code == 302
    data = form_data(**fields, **at, body="<p>It cost 85 million, and took a year.</p>")
    asked = editor.post(change(article), data)
    assert "Is a correction due?" in asked.content.decode()
    article.refresh_from_db()
    assert "84" in article.body
    answer = editor.post(change(article), data | {"correction_due": "yes"})
    assert answer.headers["Location"].endswith(f"/{article.pk}/correct/")
    article.refresh_from_db()
    assert "85" in article.body
    editor.post(change(article), form_data(**fields, **at, body="<p>All new.</p>") | {"correction_due": "no"})
    assert article.desk_entries.filter(kind="changed").count() == 1


def test_what_is_taken_out_of_a_text_is_said() -> None:
    body = '<p style="color:red" class="x">A <font>b</font></p><script>x</script><iframe src="/y"></iframe>'
    page = signed_in("Editor").post(ADD, form_data(title="Cleaned", body=body), follow=True).content.decode()
    for what in ("style=… (1)", "class=… (1)", "&lt;font&gt; (1)", "&lt;script&gt; (1)", "&lt;iframe&gt; (1)"):
        assert what in page
    clean = signed_in("Writer").post(ADD, form_data(title="Clean", body="<p>A</p>"), follow=True).content.decode()
    assert "Taken out" not in clean
