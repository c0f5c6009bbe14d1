"""Accounts of staff: one goes, what somebody did stays."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Autosave
from tests.factories import make_approved_reply, make_article, make_staff

pytestmark = pytest.mark.django_db

DEEDS: dict[str, Callable[[User], object]] = {
    "published": lambda user: make_article(status="draft").publish(by=user),
    "approved": lambda user: type(make_approved_reply(make_article())).objects.all().reject(by=user),
    "logged": lambda user: log(user, 1),
}


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_staff(username="operator", is_superuser=True))
    return client


def log(user: User, times: int) -> None:
    kind = ContentType.objects.get_for_model(Article)
    entry = {"user": user, "content_type": kind, "object_id": "1", "object_repr": "x", "action_flag": ADDITION}
    LogEntry.objects.bulk_create(LogEntry(**entry) for _ in range(times))


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_an_account_that_did_something_is_not_deleted_and_its_page_says_what_to_do(
    operator: Client, deed: Callable[[User], object]
) -> None:
    leaving = make_staff("Editor")
    deed(leaving)
    page = f"/admin/auth/user/{leaving.pk}/delete/"
    assert "untick “Active”" in operator.get(page).content.decode()
    operator.post(page, {"post": "yes"})
    operator.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [leaving.pk], "post": "yes"})
    assert User.objects.filter(pk=leaving.pk).exists()


def test_an_account_that_did_nothing_goes_with_what_was_only_its_own(operator: Client) -> None:
    leaving = make_staff("Editor")
    Autosave.objects.create(user=leaving, fields={})
    assert operator.post(f"/admin/auth/user/{leaving.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=leaving.pk).exists()


def test_the_page_takes_the_same_whatever_was_done(operator: Client) -> None:
    queries_of: list[int] = []
    for name, times in (("little", 1), ("much", 50)):
        leaving = make_staff("Editor", name)
        log(leaving, times)
        with CaptureQueriesContext(connection) as queries:
            operator.get(f"/admin/auth/user/{leaving.pk}/delete/")
        queries_of.append(len(queries))
    assert queries_of[0] == queries_of[1]
