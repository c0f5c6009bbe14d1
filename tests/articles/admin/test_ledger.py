"""The ledger of sources: what rests on each, whether it stands, and whether it is still there."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles.models import LinkCheck, Work
from tests.factories import make_article, make_full_article, make_staff

pytestmark = pytest.mark.django_db

LEDGER = "/admin/articles/work/"


@pytest.fixture
def work() -> Work:
    make_full_article("The first")
    make_full_article("The second")
    return Work.objects.get(title="Source number 1")


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(make_staff("Editor"))
    return client


def act(client: Client, action: str, *works: Work, **data: str) -> Any:
    return client.post(LEDGER, {"action": action, "_selected_action": [work.pk for work in works], **data})


def test_the_ledger_shows_each_source_once_with_its_health_and_dependents(editor: Client, work: Work) -> None:
    LinkCheck.objects.filter(work=work).update(status="gone", checked_at=timezone.now())
    work.sources.update(archive_url="https://archive.example.org/1")
    listing = editor.get(LEDGER).content.decode()
    row = listing.split("Source number 1</a>")[1].split("</tr>")[0]
    assert listing.count('class="action-select"') == 3
    assert "Gone" in row
    assert "https://archive.example.org/1" in row
    assert '<td class="field-dependents">2</td>' in row


def test_the_queries_of_the_ledger_do_not_grow(editor: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        make_full_article(f"Number {number}")
    with django_assert_max_num_queries(9):
        editor.get(LEDGER)


@pytest.mark.parametrize("query", ["link__status__exact=gone", "standing__exact=retracted", "q=number+1"])
def test_the_ledger_is_filtered_and_searched(editor: Client, work: Work, query: str) -> None:
    LinkCheck.objects.filter(work=work).update(status="gone")
    work.mark("retracted", note="Taken back.")
    assert editor.get(f"{LEDGER}?{query}").content.decode().count('class="action-select"') == 1


def test_editors_mark_sources_with_a_note(editor: Client, work: Work) -> None:
    asked = act(editor, "mark_selected", work)
    assert "Source number 1" in editor.get(asked.url).content.decode()
    editor.post(asked.url, {"standing": "retracted", "note": "Its authors took it back."})
    work.refresh_from_db()
    assert (work.standing, work.standing_note) == ("retracted", "Its authors took it back.")
    assert "Its authors took it back." in LogEntry.objects.get().get_change_message()


@pytest.mark.parametrize("sent", [{"standing": "retracted"}, {"note": "x"}, {"standing": "current", "note": "x"}])
def test_a_mark_needs_a_standing_and_a_note(editor: Client, work: Work, sent: dict[str, str]) -> None:
    assert editor.post(f"{LEDGER}mark/?work={work.pk}", sent).status_code == 200
    work.refresh_from_db()
    assert work.is_current


def test_a_mark_can_be_taken_back(editor: Client, work: Work) -> None:
    work.mark("superseded", note="There is a newer one.")
    act(editor, "mark_selected_current", work)
    work.refresh_from_db()
    assert (work.standing, work.standing_note) == ("current", "")


def test_editors_have_sources_checked(editor: Client, work: Work) -> None:
    act(editor, "check_selected", work)
    editor.post(f"{LEDGER}{work.pk}/decide/")
    tasks = DBTaskResult.objects.filter(task_path="articles.links.checking.check_work")
    assert [task.args_kwargs["args"] for task in tasks] == [[work.pk], [work.pk]]


def test_editors_accept_a_changed_page(editor: Client, work: Work) -> None:
    LinkCheck.objects.filter(work=work).update(status="changed", fingerprint="00000000")
    assert 'name="accept"' in editor.get(f"{LEDGER}{work.pk}/change/").content.decode()
    editor.post(f"{LEDGER}{work.pk}/decide/", {"accept": "1"})
    link = LinkCheck.objects.get(work=work)
    assert (link.status, link.fingerprint) == ("unchecked", "")


def test_the_page_of_a_source_lists_every_article_and_key_point_on_it(editor: Client, work: Work) -> None:
    shown = editor.get(f"{LEDGER}{work.pk}/change/").content.decode()
    for title in ("The first", "The second"):
        assert shown.count(f">{title}</a>") == 2
    assert "Lead 1: Point 1." in shown


def test_link_health_counts_and_leads_to_the_list(editor: Client, work: Work) -> None:
    LinkCheck.objects.filter(work=work).update(status="gone", checked_at=timezone.now(), note="It answers 404.")
    shown = editor.get(f"{LEDGER}health/").content.decode()
    assert '?link__status__exact=gone">Gone</a>: 1' in shown
    assert "It answers 404." in shown
    assert f"{LEDGER}health/" in editor.get("/admin/").content.decode()


@pytest.mark.parametrize("role", ["Writer", "Editor"])
def test_writers_look_and_editors_decide(client: Client, work: Work, role: str) -> None:
    client.force_login(make_staff(role))
    for path in (LEDGER, f"{LEDGER}{work.pk}/change/", f"{LEDGER}health/"):
        assert client.get(path).status_code == 200, path
    expected = 200 if role == "Editor" else 403
    assert client.get(f"{LEDGER}mark/?work={work.pk}").status_code == expected
    assert client.post(f"{LEDGER}{work.pk}/decide/").status_code == (302 if role == "Editor" else 403)
    assert ("mark_selected" in client.get(LEDGER).content.decode()) == (role == "Editor")
    work.mark("retracted", note="Gone.")
    act(client, "mark_selected_current", work)
    work.refresh_from_db()
    assert work.is_current == (role == "Editor")


@pytest.mark.parametrize("role", ["Moderator", "Privacy officer", ""])
def test_nobody_else_sees_the_ledger(client: Client, work: Work, role: str) -> None:
    client.force_login(make_staff(role))
    for path in ("", f"{work.pk}/change/", "health/", "mark/"):
        assert client.get(f"{LEDGER}{path}").status_code in {302, 403}, path


def test_nobody_rewrites_the_ledger(editor: Client, work: Work) -> None:
    editor.post(f"{LEDGER}{work.pk}/change/", {"title": "Another"})
    act(editor, "delete_selected", work, post="yes")
    assert editor.get(f"{LEDGER}add/").status_code == 403
    work.refresh_from_db()
    assert work.title == "Source number 1"


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "", "²"])
def test_made_up_keys_choose_nothing(editor: Client, key: str) -> None:
    assert "No source was chosen" in editor.get(f"{LEDGER}mark/", {"work": key}).content.decode()


def test_readers_are_led_to_the_archive_once_a_page_is_gone(client: Client, work: Work) -> None:
    article = make_full_article("The third")
    article.sources.filter(work=work).update(archive_url="https://archive.example.org/1")
    before = client.get(article.get_absolute_url()).content.decode()
    LinkCheck.objects.filter(work=work).update(status="gone", seen_at="2026-03-04T12:00Z")
    after = client.get(article.get_absolute_url()).content.decode()
    assert '<a href="https://outlet-1.example.org/story" rel="noopener">Source number 1</a>' in before
    assert '<a href="https://archive.example.org/1" rel="noopener">Source number 1</a>' in after
    assert "no longer online (last seen 4 March 2026)" in after


def test_a_page_without_an_archived_copy_keeps_its_link(client: Client, work: Work) -> None:
    article = make_full_article("The third")
    LinkCheck.objects.filter(work=work).update(status="gone")
    shown = client.get(article.get_absolute_url()).content.decode()
    assert '<a href="https://outlet-1.example.org/story" rel="noopener">Source number 1</a>' in shown
    assert "no longer online" in shown
    assert make_article().sources.count() == 0
