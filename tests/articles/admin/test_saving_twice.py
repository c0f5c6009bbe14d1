"""What becomes of rows, versions and drafts when several people work on one article."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.admin.article import ArticleAdmin
from articles.models import Article, Autosave, KeyPoint, Source
from tests.articles.admin.test_article import change, form_data
from tests.factories import make_article, make_author, make_full_article, make_staff

pytestmark = pytest.mark.django_db
AUTOSAVE = "/admin/articles/article/autosave/"


def signed_in(role: str, username: str = "") -> Client:
    client = Client()
    client.force_login(make_staff(role, username))
    return client


def opened(article: Article, **fields: Any) -> dict[str, Any]:
    """What the form of an article sends, with the rows that it was opened with."""
    number = article.versions.values_list("number", flat=True).first() or 0
    data = form_data(title=article.title, slug=article.slug, status=article.status, body=article.body)
    data |= {"opened_version": str(number), "tags": list(article.tags.names())}
    texts, facts = ("position", "lead", "text"), ("position", "title", "url", "outlet", "key")
    for place, key_point in enumerate(article.key_points.all()):
        numbers = key_point.sources.values_list("position", flat=True)
        data[f"key_points-{place}-source_numbers"] = ", ".join(map(str, numbers))
    for prefix, names in (("key_points", texts), ("sources", facts)):
        rows = list(getattr(article, prefix).all())
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for place, row in enumerate(rows):
            data |= {f"{prefix}-{place}-{name}": getattr(row, name) for name in names}
            data |= {f"{prefix}-{place}-id": row.pk, f"{prefix}-{place}-article": article.pk}
    return data | fields


def without(data: dict[str, Any], prefix: str, place: int) -> dict[str, Any]:
    return data | {f"{prefix}-{place}-DELETE": "on"}


def with_source(data: dict[str, Any], title: str) -> dict[str, Any]:
    place = data["sources-TOTAL_FORMS"]
    row = {f"sources-{place}-position": place + 1, f"sources-{place}-title": title}
    return data | row | {"sources-TOTAL_FORMS": place + 1}


@pytest.fixture
def article() -> Article:
    article = make_full_article(status="draft")
    article.versions.keep(article, by=None)
    return article


def test_mine_goes_over_theirs_as_i_had_it_though_they_took_rows_out_and_put_others_in(article: Article) -> None:
    mine = opened(article, title="Mine")
    theirs = with_source(without(without(opened(article), "sources", 1), "key_points", 0), "Put in by them")
    other, me = signed_in("Editor", "other"), signed_in("Editor", "me")
    assert other.post(change(article), theirs).status_code == 302
    assert me.post(change(article), mine).status_code == 409
    again = mine | {"opened_version": str(article.versions.count()), "_overwrite": "1"}
    assert me.post(change(article), again).status_code == 302
    article.refresh_from_db()
    assert article.title == "Mine"
    assert [source.title for source in article.sources.all()] == [f"Source number {number}" for number in (1, 2, 3)]
    assert [key_point.text for key_point in article.key_points.all()] == ["Point 1.", "Point 2."]
    assert "Put in by them" in json.dumps(article.versions.get(number=2).state)


def test_a_draft_is_recovered_with_rows_that_are_gone_meanwhile(article: Article) -> None:
    editor = signed_in("Editor")
    pairs = [(name, str(value)) for name, value in opened(article, title="Typed").items() if name != "tags"]
    editor.post(AUTOSAVE, {"article": article.pk, "fields": json.dumps(pairs)})
    Source.objects.filter(article=article, position=2).delete()
    page = editor.get(change(article), {"recover": "1"})
    assert "Source number 2" in page.content.decode()
    formsets = page.context["inline_admin_formsets"]
    assert not any(error for formset in formsets for error in formset.formset.errors)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_draft_is_recovered_outside_of_any_transaction() -> None:
    article = make_article(status="draft")
    editor = signed_in("Editor")
    editor.post(AUTOSAVE, {"article": article.pk, "fields": '[["title", "Typed"]]'})
    assert 'value="Typed"' in editor.get(change(article), {"recover": "1"}).content.decode()


def test_who_overwrites_is_asked_again_if_a_third_saved_meanwhile(article: Article) -> None:
    mine = opened(article, title="Mine", opened_version="0", _overwrite="1")
    assert signed_in("Editor").post(change(article), mine).status_code == 409
    article.refresh_from_db()
    assert article.title != "Mine"


def test_the_first_two_savings_of_an_old_article_are_told_apart() -> None:
    article = make_article("Base", status="draft")
    mine, theirs = opened(article, title="Mine"), opened(article, title="Theirs")
    assert signed_in("Editor", "other").post(change(article), theirs).status_code == 302
    asked = signed_in("Editor", "me").post(change(article), mine)
    assert asked.status_code == 409
    assert [field.name for field in asked.context["theirs"]] == ["Title"]


def test_who_is_asked_sees_what_they_changed_and_no_more(article: Article) -> None:
    other, me = signed_in("Editor", "other"), signed_in("Editor", "me")
    mine = opened(article, title="Mine", standfirst=article.standfirst)
    with_others = mine | {"key_points-0-source_numbers": "1, 3"}
    assert other.post(change(article), opened(article, title="Theirs")).status_code == 302
    for sent, changed in ((mine, ["Title"]), (with_others, ["Title", "Key points"])):
        asked = me.post(change(article), sent)
        assert [field.name for field in asked.context["mine"]] == changed


def test_what_changed_outside_of_the_form_is_kept_before_it_is_changed_again(article: Article) -> None:
    KeyPoint.objects.filter(article=article, position=2).update(text="Changed by a command.")
    signed_in("Editor").post(change(article), without(opened(article), "key_points", 1))
    states = [json.dumps(version.state) for version in article.versions.order_by("number")]
    assert ["Changed by a command." in state for state in states] == [False, True, False]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_a_version_is_the_same_in_every_time_zone(article: Article, zone: str) -> None:
    article.publish(at=datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=UTC))
    before = article.versions.count()
    with timezone.override(zone):
        article.published_at = timezone.localtime(article.published_at).replace(microsecond=0)
        article.versions.keep(article, by=None)
    assert article.versions.count() == before


def test_a_draft_that_arrives_after_its_form_was_saved_is_not_offered(article: Article) -> None:
    editor = signed_in("Editor")
    data = opened(article, title="Saved")
    editor.post(change(article), data)
    late = [("title", "Saved"), ("opened_version", data["opened_version"])]
    editor.post(AUTOSAVE, {"article": article.pk, "fields": json.dumps(late)})
    assert not Autosave.objects.exists()
    signed_in("Editor", "other").post(AUTOSAVE, {"article": article.pk, "fields": json.dumps(late)})
    assert Autosave.objects.exists()


@pytest.mark.parametrize(("is_own", "status"), [(True, 200), (False, 403)])
def test_a_writer_still_sees_the_history_of_their_own_work_once_it_is_published(is_own: bool, status: int) -> None:
    writer = make_staff("Writer")
    article = make_article(authors=(make_author(user=writer if is_own else None),))
    article.versions.keep(article, by=None)
    client = Client()
    client.force_login(writer)
    assert client.get(f"/admin/articles/article/{article.pk}/history/").status_code == status
    assert client.post(f"/admin/articles/article/{article.pk}/restore/1/").status_code == 403


def test_the_page_that_restores_changes_nothing_until_it_is_confirmed(article: Article) -> None:
    article.title = "Later"
    article.save()
    editor = signed_in("Editor")
    path = f"/admin/articles/article/{article.pk}/restore/1/"
    assert "Later" in editor.get(path).content.decode()
    article.refresh_from_db()
    assert article.title == "Later"
    assert timezone.now() - article.updated_at < timedelta(minutes=1)


def test_the_history_says_of_each_version_its_status_and_how_much_longer_the_text_was(article: Article) -> None:
    article.body += "<p>More</p>"
    article.publish()
    editor = signed_in("Editor")
    path = f"/admin/articles/article/{article.pk}/history/"
    page = editor.get(path)
    shown = [(version.status, version.grown) for version in page.context["versions"]]
    assert shown == [("published", len("<p>More</p>")), ("draft", None)]
    assert "Status" in [field.name for field in editor.get(path, {"from": 1, "to": 2}).context["fields"]]


def meanwhile(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Have a colleague do something once a page has read its article and looked at who asks."""
    may, to_do = ArticleAdmin.has_change_permission, [do]

    def look(admin: ArticleAdmin, request: Any, obj: Article | None = None) -> bool:
        answer = may(admin, request, obj)
        if obj is not None and to_do:
            to_do.pop()()
        return answer

    monkeypatch.setattr(ArticleAdmin, "has_change_permission", look)


def rewrite(article: Article) -> None:
    colleagues = Article.objects.get(pk=article.pk)
    colleagues.title, colleagues.body = "Theirs", "<h2>Theirs</h2><p>Said so [1].</p>"
    colleagues.save()
    colleagues.settle()


SUGGESTED = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-is_accepted": "on"}
PAGES: dict[str, dict[str, Any]] = {
    "paste-sources": {"text": "1. New report | The Post https://post.example/a", "save": "1"},
    "suggest-key-points": SUGGESTED | {"form-0-text": "It ends.", "form-0-passage": "It ends."},
    "correct": {"before": "Source number 1", "after": "Report 1", "text": "Misnamed."},
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_beside_the_form_leaves_what_a_colleague_wrote_meanwhile(
    monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    article = make_full_article()
    first = article.sources.get(position=1)
    editor = signed_in("Editor")
    meanwhile(monkeypatch, lambda: rewrite(article))
    said = PAGES[page] | {"about": f"source-{first.pk}"}
    assert editor.post(f"/admin/articles/article/{article.pk}/{page}/", said).status_code == 302
    article.refresh_from_db()
    assert (article.title, article.headings[0]["text"]) == ("Theirs", "Theirs")
    newest = article.versions.first()
    assert newest is not None
    assert (newest.state["title"], str(newest.by)) == ("Theirs", "editor")


def test_a_correction_brings_back_nothing_that_was_withdrawn_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_full_article()
    editor = signed_in("Editor")
    meanwhile(monkeypatch, lambda: Article.objects.get(pk=article.pk).withdraw(note="A court ordered it."))
    said = {"about": "heading-1", "before": "The second part", "after": "The other part", "text": "Misnamed."}
    answer = editor.post(f"/admin/articles/article/{article.pk}/correct/", said)
    assert "Misnamed." in answer.content.decode()
    assert answer.status_code == 422
    assert Client().get(article.get_absolute_url()).status_code == 410
    assert not article.corrections.exists()


def test_a_correction_changes_no_other_heading_than_the_one_that_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_full_article()
    editor = signed_in("Editor")
    meanwhile(monkeypatch, lambda: rewrite(article))
    said = {"about": "heading-0", "before": "The first part", "after": "The other part", "text": "Misnamed."}
    answer = editor.post(f"/admin/articles/article/{article.pk}/correct/", said)
    assert "nothing was corrected" in answer.content.decode()
    article.refresh_from_db()
    assert article.headings[0]["text"] == "Theirs"


@pytest.mark.parametrize("page", ["paste-sources", "suggest-key-points"])
def test_a_writer_adds_nothing_to_what_was_published_meanwhile(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    writer = make_staff("Writer")
    article = make_article(status="draft", authors=(make_author(user=writer),))
    client = Client()
    client.force_login(writer)
    meanwhile(monkeypatch, lambda: Article.objects.get(pk=article.pk).publish())
    assert client.post(f"/admin/articles/article/{article.pk}/{page}/", PAGES[page]).status_code == 403
    assert not article.sources.exists()
    assert not article.key_points.exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes one writer at a time anyway.")
@pytest.mark.parametrize(("action", "status"), [("publish_selected", "draft"), ("withdraw_selected", "published")])
def test_the_list_decides_on_articles_that_nobody_else_can_change_meanwhile(action: str, status: str) -> None:
    article = make_article(status=status)
    editor = signed_in("Editor")
    with CaptureQueriesContext(connection) as queries:
        editor.post("/admin/articles/article/", {"action": action, "_selected_action": [article.pk]})
    locking = [query["sql"] for query in queries if 'FOR UPDATE OF "articles_article"' in query["sql"]]
    assert len(locking) == 1


def test_a_source_is_said_to_be_the_report_of_another_and_stays_so() -> None:
    article, editor = make_full_article(), signed_in("Editor")
    keys = list(article.sources.values_list("key", flat=True))
    for first, said in ((keys[0], keys[0]), ("nobodys", keys[0])):
        data = opened(article) | {"sources-2-report_decision": first}
        editor.post(change(article), data)
        assert article.sources.get(position=3).report_decision == said
    text = editor.get(change(article)).content.decode()
    assert f'<option value="{keys[0]}" selected>The same report as source 1</option>' in text
