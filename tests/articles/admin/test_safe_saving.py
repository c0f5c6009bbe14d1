"""Nothing typed is lost, and history keeps what was."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from articles.differing import differences, word_parts
from articles.models import Article, Autosave
from tests.articles.admin.test_article import change, form_data
from tests.factories import make_article, make_author, make_full_article, make_staff

pytestmark = pytest.mark.django_db


def signed_in(role: str, username: str = "") -> Client:
    client = Client()
    client.force_login(make_staff(role, username))
    return client


def typed(article: Article, title: str, **fields: Any) -> dict[str, Any]:
    opened = article.versions.values_list("number", flat=True).first() or 0
    return form_data(title=title, slug=article.slug, status="draft", opened_version=str(opened), **fields)


def test_every_saving_keeps_a_version_and_the_first_keeps_what_was_before() -> None:
    article = make_article("Old", status="draft", body="<p>Old.</p>")
    editor = signed_in("Editor")
    editor.post(change(article), typed(article, "New"))
    editor.post(change(article), typed(article, "New"))
    kept = [(version.number, version.state["title"], str(version.by or "")) for version in article.versions.all()]
    assert kept == [(2, "New", "editor"), (1, "Old", "")]


def test_two_versions_are_compared_word_by_word() -> None:
    article = make_article("Old", status="draft", body="<p>It costs ten million dollars.</p><p>Same.</p>")
    editor = signed_in("Editor")
    editor.post(change(article), typed(article, "Old", body="<p>It costs eleven million dollars.</p><p>Same.</p>"))
    page = editor.get(f"/admin/articles/article/{article.pk}/history/", {"from": 1, "to": 2}).content.decode()
    assert re.search(r"It costs <del>.*ten</del><ins>.*eleven</ins> million", page)
    assert "Title" not in page.split("From version")[1]


def test_a_version_is_restored_with_its_whole_chain_and_nothing_is_published_by_it() -> None:
    article = make_full_article(status="draft")
    article.versions.keep(article, by=None)
    before = article.state()
    key_point = article.key_points.get(position=1)
    article.sources.get(position=2).delete()
    article.key_points.get(position=2).delete()
    article.body = "<p>Gone.</p>"
    article.tags.set(["other"])
    article.settle()
    article.publish()
    editor = signed_in("Editor")
    path = f"/admin/articles/article/{article.pk}/restore/1/"
    assert "Restore version 1" in editor.get(path).content.decode()
    editor.post(path)
    restored = Article.objects.get(pk=article.pk)
    after = restored.state()
    assert restored.key_points.get(position=1).pk == key_point.pk
    for state in (before, after):
        state["key_points"] = [{**point, "pk": 0} for point in state["key_points"]]
    assert {**after, "status": "draft", "published_at": None} == before
    assert restored.is_published
    assert restored.versions.first().comment == "Restored version 1"  # type: ignore[union-attr]


def test_who_saves_second_sees_both_and_loses_nothing() -> None:
    article = make_article("Base", status="draft", body="<p>Base text.</p>")
    article.versions.keep(article, by=None)
    mine, theirs = typed(article, "Mine", body="<p>My text.</p>"), typed(article, "Theirs", body="<p>Their text.</p>")
    other, me = signed_in("Editor", "other"), signed_in("Editor", "me")
    assert other.post(change(article), theirs).status_code == 302
    asked = me.post(change(article), mine)
    page = asked.content.decode()
    assert asked.status_code == 409
    assert all(word in page for word in ("Theirs", "Mine", "Save mine over theirs", "Their", "My"))
    article.refresh_from_db()
    assert article.title == "Theirs"
    again = mine | {"opened_version": str(article.versions.first().number)}  # type: ignore[union-attr]
    look = me.post(change(article), again | {"_look_through": "1"})
    assert look.status_code == 200
    assert 'value="Mine"' in look.content.decode()
    assert me.post(change(article), again | {"_overwrite": "1"}).status_code == 302
    titles = [version.state["title"] for version in article.versions.all()]
    assert titles == ["Mine", "Theirs", "Base"]


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite's test database is in memory, where threads share one lock"
)
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_save_at_once_one_is_asked() -> None:
    article = make_article("Base", status="draft")
    article.versions.keep(article, by=None)
    clients = [signed_in("Editor", name) for name in ("one", "two", "three")]

    def save(number: int) -> int:
        try:
            return clients[number].post(change(article), typed(article, f"Title {number}")).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(save, range(3)))
    assert answers == [302, 409, 409]
    assert article.versions.count() == 2


def test_what_was_typed_is_kept_and_recovered_after_a_crash() -> None:
    article = make_article("Stored", status="draft", body="<p>Stored.</p>")
    editor = signed_in("Editor")
    pairs = list(typed(article, "Typed, not saved", body="<p>Typed.</p>").items())
    kept = editor.post("/admin/articles/article/autosave/", {"article": article.pk, "fields": json.dumps(pairs)})
    assert re.fullmatch(r"\d\d:\d\d:\d\d", kept.json()["saved_at"])
    article.refresh_from_db()
    assert article.title == "Stored"
    assert "Recover it" in editor.get(change(article)).content.decode()
    page = editor.get(change(article), {"recover": "1"}).content.decode()
    assert 'value="Typed, not saved"' in page
    assert "Nothing is saved yet" in page
    editor.post(change(article), dict(pairs))
    assert not Autosave.objects.exists()
    article.refresh_from_db()
    assert article.title == "Typed, not saved"


def test_what_no_database_takes_is_left_out_of_what_is_kept() -> None:
    article = make_article(status="draft")
    fields = json.dumps([["ti\0tle", "Ty\0ped \ud800🦉"]])
    signed_in("Editor").post("/admin/articles/article/autosave/", {"article": article.pk, "fields": fields})
    assert Autosave.objects.get().fields == {"title": ["Typed 🦉"]}


def test_a_draft_is_forgotten_when_it_is_not_wanted_and_nobody_else_sees_it() -> None:
    article = make_article(status="draft")
    editor, other = signed_in("Editor"), signed_in("Editor", "other")
    editor.post("/admin/articles/article/autosave/", {"article": article.pk, "fields": '[["title", "x"]]'})
    assert "Recover it" not in other.get(change(article)).content.decode()
    editor.post(change(article), {"_forget_draft": "1"})
    assert "Recover it" not in editor.get(change(article)).content.decode()


@pytest.mark.parametrize(
    "fields", ["no json", "[" * 90_000, "[1]", '{"a": 1}', '[["a"]]', "[" + '["a","b"],' * 200_000 + '["a","b"]]']
)
def test_what_cannot_be_kept_is_said(fields: str) -> None:
    answer = signed_in("Editor").post("/admin/articles/article/autosave/", {"article": "", "fields": fields})
    assert answer.status_code == 400


def test_everybody_sees_who_else_has_the_article_open() -> None:
    article = make_article(status="draft")
    first, second = signed_in("Editor", "first"), signed_in("Editor", "second")
    first.get(change(article))
    assert "first has this article open" in second.get(change(article)).content.decode()
    typed_last = '[["title", "Typed last"]]'
    first.post("/admin/articles/article/autosave/", {"article": article.pk, "leave": "1", "fields": typed_last})
    assert "first has this article open" not in second.get(change(article)).content.decode()
    assert "Recover it" in first.get(change(article)).content.decode()


@pytest.mark.parametrize("page", ["history/", "restore/1/", "desk/"])
@pytest.mark.parametrize(("role", "status"), [("Writer", 403), ("Moderator", 403), ("", 403), ("Editor", 200)])
def test_the_pages_beside_an_article_are_for_those_who_may_change_it(page: str, role: str, status: int) -> None:
    article = make_article(status="draft")
    article.versions.keep(article, by=None)
    assert signed_in(role).get(f"/admin/articles/article/{article.pk}/{page}").status_code == status


def test_a_writer_sees_the_history_of_their_own_work() -> None:
    writer = make_staff("Writer")
    own = make_article(status="draft", authors=(make_author(user=writer),))
    client = Client()
    client.force_login(writer)
    assert client.get(f"/admin/articles/article/{own.pk}/history/").status_code == 200
    autosaved = client.post("/admin/articles/article/autosave/", {"article": make_article().pk, "fields": "[]"})
    assert autosaved.status_code == 403


def test_hostile_text_in_a_diff_is_text() -> None:
    article = make_article("Old", status="draft")
    editor = signed_in("Editor")
    editor.post(change(article), typed(article, "<script>alert(1)</script>"))
    page = editor.get(f"/admin/articles/article/{article.pk}/history/", {"from": 1, "to": 2}).content.decode()
    assert "<script>alert" not in page


def test_nothing_is_said_to_have_changed_where_nothing_did() -> None:
    state = make_full_article().state()
    assert differences(state, state) == []


def test_a_diff_of_long_texts_ends() -> None:
    before, after = ("word " * 40_000, "other words " * 30_000)
    assert [part.change for part in word_parts(before, after)] == ["removed", "added", "same"]
