"""Planted addresses are searched for in every place that anybody but their owner can see."""

import base64
import hashlib
import json
import logging
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from comments.models import Access, Block, Comment
from comments.tokens import own_page_path
from kiwiguard.logs import DiscreetFormatter, DiscreetReporter
from tests.comments.conftest import Inbox
from tests.factories import make_approved_reply, make_full_article, make_reply, make_staff, reply_data

pytestmark = pytest.mark.django_db
CANARIES = [f"canary-{number}@hidden.invalid" for number in range(8)]
CLIENT = "198.51.100.77"


def forms(address: str) -> set[str]:
    """Return every way in which an address may stand in a text, but for an encryption that needs a key."""
    raw = address.encode()
    digests = {hashlib.new(kind, raw).hexdigest() for kind in ("md5", "sha1", "sha256")}
    name = address.partition("@")[0]
    return {address, name, quote(address), base64.b64encode(raw).decode().rstrip("="), raw.hex(), *digests}


def assert_no_canary(text: str, where: str) -> None:
    found = [form for address in CANARIES for form in forms(address) if form in text]
    assert not found, f"{where}: {found}"
    assert CLIENT not in text, where


@pytest.fixture
def site(inbox: Inbox) -> Comment:
    """Return a shown reply among others of every kind, each from a canary's address."""
    article = make_full_article()
    reader = Client(REMOTE_ADDR=CLIENT)
    page = reader.get(article.get_absolute_url()).content.decode()
    data = {**reply_data(page, email=CANARIES[0]), "mail": ["decision", "answers"]}
    assert reader.post(f"/replies/article/{article.pk}/", data).status_code == 303
    shown = make_approved_reply(article, email=CANARIES[1])
    make_approved_reply(article, parent=shown, email=CANARIES[2])
    for number, status in enumerate(("pending", "rejected", "spam"), 3):
        make_reply(article, status=status, email=CANARIES[number])
    reader.post("/replies/link/", {"email": CANARIES[6]})
    Block(kind="address", pattern=CANARIES[7]).save()
    inbox.fetch()
    return shown


def test_no_public_page_and_no_page_of_moderators(site: Comment, client: Client) -> None:
    article = site.article.get_absolute_url()
    public = [article, f"{article}feed/", f"/replies/{site.pk}/", f"/replies/answer/{site.pk}/", own_page_path(site)]
    client.force_login(make_staff("Moderator"))
    desk = [f"/moderation/{tab}/" for tab in ("waiting", "remarks", "reported", "approved", "refused", "spam")]
    desk += [f"/moderation/{page}/{site.pk}/" for page in ("edit", "answer")] + ["/moderation/decisions.csv"]
    admin = ["", f"comments/comment/{site.pk}/change/", "comments/comment/", "comments/block/", "comments/finding/"]
    for path in [*public, *desk, *(f"/admin/{page}" for page in admin)]:
        response: Any = client.get(path)
        assert_no_canary(str(response.headers) + b"".join(response).decode(), path)


def test_no_row_of_the_database_without_its_key(site: Comment) -> None:
    for model in apps.get_models():
        rows = json.dumps(list(model._default_manager.values()), default=str)
        assert_no_canary(rows, model.__name__)


def test_no_mail_but_to_its_owner(site: Comment, inbox: Inbox) -> None:
    assert {to for to, _ in inbox.letters} == {CANARIES[0]}
    for to, letter in inbox.letters:
        text = letter.as_string().replace(to, "")
        assert_no_canary(text.replace(to.partition("@")[0], ""), str(letter["Subject"]))


def test_no_cache_and_no_report(site: Comment) -> None:
    out = StringIO()
    call_command("privacy_report", stdout=out)
    assert_no_canary(out.getvalue() + repr(getattr(cache, "_cache", "")), "report and cache")


def fail_with_an_address() -> None:
    email, peer = CANARIES[0], CLIENT
    raise RuntimeError(f"It failed for {email} from {peer}")


def test_no_log_line_and_no_page_of_an_error(settings: Any) -> None:
    assert settings.DEFAULT_EXCEPTION_REPORTER == "kiwiguard.logs.DiscreetReporter"
    with pytest.raises(RuntimeError) as caught:
        fail_with_an_address()
    failure = (RuntimeError, caught.value, caught.tb)
    reporter = DiscreetReporter(None, *failure)
    assert_no_canary(reporter.get_traceback_html() + reporter.get_traceback_text(), "debug page")
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "%s", (caught.value,), failure)
    assert_no_canary(DiscreetFormatter("{message}", style="{").format(record), "log")


def test_no_history_of_the_admin_and_no_record_of_looks(site: Comment, client: Client) -> None:
    client.force_login(make_staff("Privacy officer"))
    assert CANARIES[1] in client.get(f"/admin/comments/comment/{site.pk}/change/").content.decode()
    client.post("/admin/comments/comment/", {"action": "erase_selected", "_selected_action": [site.pk]})
    rows = list(Access.objects.values()) + list(apps.get_model("admin", "LogEntry").objects.values())
    assert len(rows) >= 2
    assert_no_canary(str(rows) + client.get("/admin/comments/access/").content.decode(), "history")
