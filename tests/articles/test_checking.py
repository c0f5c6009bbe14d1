"""What the desk finds before publication."""

from datetime import date

import pytest

from articles.models import Article, KeyPoint, LinkCheck, Source
from tests.factories import make_article

pytestmark = pytest.mark.django_db

BODY = "<h2>The port</h2><p>“We pay half,” said Ana Reo of the FMA: 84 million dollars, or twelve per cent [1].</p>"


def make_sound_article(body: str = BODY, **key_point: str) -> Article:
    """Return an article in which the desk finds nothing, unless its body or its one key point is another."""
    article = make_article(body=body)
    for position in (1, 2):
        url = f"https://outlet-{position}.example.org/"
        facts = {"title": f"Report {position}", "url": url, "outlet": f"Outlet {position}"}
        Source(article=article, position=position, published_on=date(2026, 5, 1), **facts).save()
    words = {"text": "Ana Reo says “we pay half”, 84 million.", "passage": "said Ana Reo of the FMA", **key_point}
    point = KeyPoint(article=article, **words)
    point.save()
    point.rest_on([1, 2])
    article.settle()
    return article


def texts(article: Article) -> list[str]:
    article.settle()
    return [finding["text"] for finding in article.findings]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert texts(make_sound_article()) == []


@pytest.mark.parametrize(
    ("key_point", "finding"),
    [
        ({"passage": ""}, "Key point 1 names no passage of the body."),
        ({"passage": "Words that nobody wrote here"}, "The passage of key point 1 isn’t in the body any more."),
        ({"text": "It costs 85 million."}, "Key point 1: the number “85” isn’t in the body."),
        ({"text": "It costs 12 per cent."}, None),
        ({"text": "She said “we pay it all”."}, "Key point 1: the quotation “we pay it all” isn’t in the body."),
        ({"text": "The answer of Tia Rua."}, "Key point 1: the name “Tia” isn’t in the body."),
        ({"text": "The FMA’s answer."}, None),
        ({"text": "The IMF answers."}, "Key point 1: the name “IMF” isn’t in the body."),
        ({"lead": "Who Pays What", "text": "Half."}, None),
    ],
)
def test_a_key_point_says_what_the_body_says(key_point: dict[str, str], finding: str | None) -> None:
    found = texts(make_sound_article(**key_point))
    assert (finding in found) if finding else found == []


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (BODY + "<p>More [7].</p>", "The body cites source 7, which isn’t in the list."),
        (
            BODY + '<p>More<cite data-source="gone"></cite>.</p>',
            "1 citation in the body: the source is gone.",
        ),
        (BODY + '<figure><img src="/media/a.jpg" alt=""></figure>', "1 picture in the body: no alternative text."),
        (
            BODY + '<p><a href="/analysis/nothing/">x</a> <a href="/">y</a></p>',
            "The link to /analysis/nothing/ leads nowhere on this site.",
        ),
        (BODY + "<h4>Deep</h4><p>Down.</p>", "The heading “Deep” is of level 4 under one of level 2."),
    ],
)
def test_a_body_is_looked_through(body: str, finding: str) -> None:
    assert texts(make_sound_article(body)) == [finding]


def test_sources_are_cited_and_described() -> None:
    article = make_sound_article()
    Source(article=article, position=3, title="A leaflet").save()
    assert texts(article) == ["Source 3 is never cited.", "Source 3 has no outlet and no date and no URL."]


def test_a_key_point_without_a_source_is_found_with_its_place() -> None:
    article = make_sound_article()
    article.key_points.get().evidence.all().delete()
    article.settle()
    assert article.findings[0] == {
        "kind": "unsupported",
        "text": "Key point 1 names no source.",
        "place": "key_points-0",
    }


def test_a_summary_that_stands_on_one_leg_is_found() -> None:
    article = make_sound_article()
    article.key_points.get().rest_on([1])
    assert "All key points rest on one independent report." in texts(article)
    article.sources.update(url="http://127.0.0.1:8000/analysis/ours/")
    assert "All key points rest on our own articles alone." in texts(article)


def test_a_source_that_fell_is_found_with_what_rests_on_it() -> None:
    article = make_sound_article()
    work = article.sources.get(position=2).work
    assert work is not None
    work.mark("superseded", note="A new edition is out.")
    assert texts(article) == [
        "Source 2 was superseded. A new edition is out.",
        "Key point 1 rests on source 2, which was superseded.",
    ]


@pytest.mark.parametrize(("status", "is_found"), [("gone", True), ("home", True), ("doubtful", False), ("ok", False)])
def test_a_source_whose_page_is_not_there_any_more_is_found(status: str, is_found: bool) -> None:
    article = make_sound_article()
    work = article.sources.get(position=1).work
    LinkCheck.objects.update_or_create(work=work, defaults={"status": status})
    assert any(finding.startswith("Source 1: ") for finding in texts(article)) == is_found
