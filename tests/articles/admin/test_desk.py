"""The way of an article across the desk."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from tests.articles.test_checking import make_sound_article
from tests.factories import make_article, make_author, make_full_article, make_staff

pytestmark = pytest.mark.django_db


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_staff(role))
    return client


def desk(article: Article) -> str:
    return f"/admin/articles/article/{article.pk}/desk/"


def test_an_article_goes_from_draft_through_review_to_readers_and_back() -> None:
    article = make_article(status="draft")
    editor = signed_in("Editor")
    steps = [
        ("submit", "in_review"), ("send_back", "draft"), ("submit", "in_review"), ("publish", "published"),
        ("withdraw", "withdrawn"), ("publish", "published"), ("unpublish", "draft"),
    ]  # fmt: skip
    for verb, status in steps:
        editor.post(desk(article), {verb: "yes", "text": f"Why I {verb}."})
        article.refresh_from_db()
        assert article.status == status, verb
    said = list(article.desk_entries.order_by("pk").exclude(kind="note").values_list("kind", "by__username"))
    kinds = ["submitted", "returned", "submitted", "published", "withdrawn", "published", "unpublished"]
    assert said == [(kind, "editor") for kind in kinds]


def test_publishing_with_open_findings_says_so_and_is_recorded() -> None:
    article = make_full_article(status="draft")
    editor = signed_in("Editor")
    page = editor.get(desk(article)).content.decode()
    assert "Publish anyway" in page
    assert "Key point 1 names no passage of the body." in page
    editor.post(desk(article), {"publish": "yes"})
    entry = article.desk_entries.get()
    assert "Key point 1 names no passage of the body." in entry.findings
    assert Client().get(article.get_absolute_url()).status_code == 200


def test_an_article_without_findings_is_published_without_a_question() -> None:
    article = make_sound_article()
    article.unpublish()
    page = signed_in("Editor").get(desk(article)).content.decode()
    assert 'value="Publish"' in page


def test_a_withdrawn_article_says_why_it_is_gone() -> None:
    article = make_article()
    signed_in("Editor").post(desk(article), {"withdraw": "yes", "text": "A court ordered it."})
    response = Client().get(article.get_absolute_url())
    assert response.status_code == 410
    assert "A court ordered it." in response.content.decode()


def test_nothing_is_published_before_its_embargo_ends() -> None:
    end = timezone.now() + timedelta(days=2)
    article = make_article(status="draft", embargoed_until=end)
    signed_in("Editor").post(desk(article), {"publish": "yes"})
    article.refresh_from_db()
    assert article.is_scheduled
    assert article.published_at == end
    assert Client().get(article.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("verb", ["publish", "withdraw", "unpublish", "send_back"])
def test_only_editors_decide(verb: str) -> None:
    writer = signed_in("Writer")
    owner = make_staff("Writer", "owner")
    own = make_article(status="in_review", authors=(make_author(user=owner),))
    client = Client()
    client.force_login(owner)
    assert client.post(desk(own), {verb: "yes"}).status_code == 403
    assert writer.get(desk(own)).status_code == 403
    own.refresh_from_db()
    assert own.status == "in_review"


def test_what_was_decided_meanwhile_is_not_decided_again() -> None:
    article = make_article(status="published")
    response = signed_in("Editor").post(desk(article), {"send_back": "yes"}, follow=True)
    assert "nothing was done" in response.content.decode()
    article.refresh_from_db()
    assert article.status == "published"


def test_the_desk_shows_every_state_the_calendar_and_what_is_shaken() -> None:
    at = timezone.now() + timedelta(days=40)
    make_article("A draft", status="draft")
    make_article("To come", published_at=at)
    shaken = make_full_article("On sand")
    work = shaken.sources.get(position=1).work
    assert work is not None
    work.mark("retracted", note="")
    editor = signed_in("Editor")
    page = editor.get("/admin/articles/article/desk/").content.decode()
    assert page.index("resting on a source that was retracted") < page.index("On sand") < page.index("A draft")
    month = editor.get("/admin/articles/article/desk/", {"month": f"{at:%Y-%m}"}).content.decode()
    assert f"{timezone.localtime(at):%H:%M} To come" in month
    for other in ("nonsense", "0001-01", "9999-12"):
        assert editor.get("/admin/articles/article/desk/", {"month": other}).status_code == 200, other


def test_a_correction_names_what_it_changes_and_puts_the_new_words_in_place() -> None:
    article = make_full_article()
    key_point = article.key_points.get(position=2)
    editor = signed_in("Editor")
    path = f"/admin/articles/article/{article.pk}/correct/"
    page = editor.get(path, {"about": f"key-point-{key_point.pk}"}).content.decode()
    assert "Point 2." in page
    said = {"about": f"key-point-{key_point.pk}", "before": "Point 2.", "after": "Point two.", "text": "We miscounted."}
    assert editor.post(path, said).status_code == 302
    shown = Client().get(article.get_absolute_url()).content.decode()
    for words in ("key point 2", "Point 2.</del>", "Point two.</ins>", "We miscounted."):
        assert words in shown
    key_point.refresh_from_db()
    assert key_point.text == "Point two."


def test_a_correction_without_a_note_that_can_be_seen_is_none() -> None:
    article = make_full_article()
    note = {"about": "text", "before": "", "after": "", "text": "\u200b"}
    answer = signed_in("Editor").post(f"/admin/articles/article/{article.pk}/correct/", note)
    assert (answer.status_code, article.corrections.exists()) == (422, False)


def test_a_heading_is_corrected_in_the_body() -> None:
    article = make_full_article()
    said = {"about": "heading-1", "before": "The second part", "after": "The <other> part", "text": "Misnamed."}
    signed_in("Editor").post(f"/admin/articles/article/{article.pk}/correct/", said)
    article.refresh_from_db()
    assert [heading["text"] for heading in article.headings][1] == "The <other> part"


@pytest.mark.parametrize(
    ("about", "after", "said"),
    [
        ("source", "x" * 600, "At most 500 characters are taken here."),
        ("key-point", "x" * 1500, "At most 1,000 characters are taken here."),
        ("source", "\u200b ", "Nothing of it can be seen."),
        ("heading", "\u200b", "Nothing of it can be seen."),
    ],
)
def test_new_words_that_their_place_cannot_hold_are_refused_and_the_note_is_kept(
    about: str, after: str, said: str
) -> None:
    article = make_full_article()
    places = {
        "source": f"source-{article.sources.earliest('pk').pk}",
        "key-point": f"key-point-{article.key_points.earliest('pk').pk}",
        "heading": "heading-1",
    }
    note = {"about": places[about], "before": "", "after": after, "text": "The note that I typed."}
    answer = signed_in("Editor").post(f"/admin/articles/article/{article.pk}/correct/", note)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "The note that I typed." in answer.content.decode()
    assert not article.corrections.exists()


@pytest.mark.parametrize(
    ("about", "before", "after"),
    [("text", "", ""), ("heading-1", "The second part", "The other part"), ("key-point", "Point\r\n1.", "Point one.")],
)
def test_a_correction_that_is_sent_twice_is_published_once(about: str, before: str, after: str) -> None:
    article = make_full_article()
    value = f"key-point-{article.key_points.earliest('pk').pk}" if about == "key-point" else about
    editor = signed_in("Editor")
    path = f"/admin/articles/article/{article.pk}/correct/"
    said = {"about": value, "before": before, "after": after, "text": "We erred.\r\nTwice."}
    for _ in range(2):
        assert editor.post(path, said).status_code == 302
    assert article.corrections.count() == 1
    editor.post(path, said | {"text": "We erred."})
    assert article.corrections.count() == 2


def test_the_same_note_on_another_day_is_another_correction() -> None:
    article = make_full_article()
    editor = signed_in("Editor")
    path = f"/admin/articles/article/{article.pk}/correct/"
    said = {"about": "text", "text": "A name was misspelt."}
    editor.post(path, said)
    article.corrections.update(made_at=timezone.now() - timedelta(days=1))
    editor.post(path, said)
    assert article.corrections.count() == 2


def test_only_editors_correct_and_only_what_is_published() -> None:
    draft = make_article(status="draft")
    path = f"/admin/articles/article/{draft.pk}/correct/"
    assert signed_in("Writer").get(path).status_code == 403
    assert signed_in("Editor").get(path).status_code == 302
