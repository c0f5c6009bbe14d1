"""What pages say of themselves, in all the ways they say it."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.links.dates import read_date
from articles.links.metadata import Facts, facts_of
from articles.links.reading import read_page


def facts(head: str) -> Facts:
    return facts_of(read_page(f"<!doctype html><html><head>{head}</head><body><h1>Heading</h1></body></html>"))


def test_a_journal_article_is_read_by_its_citation_tags() -> None:
    found = facts(
        """<meta name="citation_title" content="Hollow piles &amp; heavy swell">
        <meta name="citation_author" content="Reed, Aroha"><meta name="citation_author" content="Tomasi Ioane">
        <meta name="citation_publication_date" content="2026/03/04">
        <meta name="citation_journal_title" content="Journal of Piers">
        <meta property="og:site_name" content="A host">"""
    )
    expected = Facts("Hollow piles & heavy swell", "Journal of Piers", "Aroha Reed, Tomasi Ioane", date(2026, 3, 4))
    assert found == expected


@pytest.mark.parametrize(
    "data",
    [
        '{{"@context": "https://schema.org", {0}}}',
        '[{{"@type": "BreadcrumbList"}}, {{{0}}}]',
        '{{"@graph": [{{"@type": "WebPage", "name": "x"}}, {{{0}}}]}}',
        '<!-- {{"@type": "WebPage", "mainEntity": {{{0}}}}} -->',
    ],
)
def test_a_news_article_is_read_by_its_json_ld(data: str) -> None:
    article = (
        '"@type": ["NewsArticle"], "headline": "The pier stays", "datePublished": "2026-03-04T23:30:00+13:00",'
        '"author": [{"@type": "Person", "name": "Aroha Reed"}, "Tomasi Ioane"], "publisher": {"name": "The Harbour"}'
    )
    found = facts(f'<title>x</title><script type="application/ld+json">{data.format(article)}</script>')
    assert found == Facts("The pier stays", "The Harbour", "Aroha Reed, Tomasi Ioane", date(2026, 3, 4))


def test_open_graph_serves_where_there_is_nothing_better() -> None:
    found = facts(
        """<title>The pier stays | The Harbour</title><meta property='og:title' content='The pier stays'>
        <meta property=og:site_name content="The Harbour"><meta property="article:published_time" content="2026-03-04">
        <meta property="article:author" content="https://social.example.org/reed">
        <meta name=author content="By Aroha Reed">"""
    )
    assert found == Facts("The pier stays", "The Harbour", "Aroha Reed", date(2026, 3, 4))


def test_dublin_core_is_read() -> None:
    found = facts(
        """<meta name="DC.title" content="The pier"><meta name="DC.creator" content="Reed, Aroha">
        <meta name="DC.publisher" content="Harbour Board"><meta name="DC.date.issued" content="4 March 2026">"""
    )
    assert found == Facts("The pier", "Harbour Board", "Aroha Reed", date(2026, 3, 4))


@pytest.mark.parametrize("title", ["The pier – stays | The Harbour", "The Harbour - The pier – stays"])
def test_a_title_loses_the_name_of_its_outlet(title: str) -> None:
    assert (
        facts(f'<title>{title}</title><meta property="og:site_name" content="The Harbour">').title == "The pier – stays"
    )


def test_what_a_page_does_not_say_stays_empty() -> None:
    assert facts("") == Facts(title="Heading")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04", "2026-03-04T05:06:07Z", "2026-03-04T23:30:00+13:00", "20260304", "2026/3/4", "2026.03.04 10:00",
        "4 March 2026", "March 4, 2026", "Mar. 4 2026", "Wed, 04 Mar 2026 10:00:00 GMT", "4th of March, 2026",
        "04-Mar-2026", "04.03.2026", "Wednesday 4 March 2026 at 5pm", "  2026-03-04  ",
    ],
)  # fmt: skip
def test_dates_are_read_in_many_forms(text: str) -> None:
    assert read_date(text) == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("text", "expected"), [("14/3/2026", date(2026, 3, 14)), ("3/14/2026", date(2026, 3, 14)), ("3/4/2026", None)]
)
def test_a_date_is_read_only_if_it_is_clear(text: str, expected: date | None) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026", "2026-13-45", "March 2026", "0000-00-00", "9" * 10_000, "٣/٤/٢٠٢٦"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


@given(st.lists(st.sampled_from(["<", ">", "</", "<!--", "-->", "<meta ", "content=", '"', "'", "=", "<script",
                                 " type=", '"application/ld+json"', "{", "[", '"@type":"Article",', "title>",
                                 "<h1>", "a", "&#1;", "\x00", "<head>", "\ud800"])).map("".join))  # fmt: skip
def test_no_page_makes_it_fail(markup: str) -> None:
    facts_of(read_page(markup))


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", "<!--", "<![CDATA[", "</", '<meta a="', "<meta a='", "<meta =", "<script>", "<title>", "&#", "<h1 ",
     "<meta name=x content=y>", "<a\"'", "&amp", "<p>word ", "<script type=application/ld+json>[[[[", "<head><nav>"],
)  # fmt: skip
def test_a_broken_page_of_two_megabytes_takes_seconds_at_most(piece: str) -> None:
    started = time.monotonic()
    facts_of(read_page(piece * (2_000_000 // len(piece))))
    assert time.monotonic() - started < 60


def test_nested_data_of_any_depth_is_left_alone() -> None:
    assert facts(f'<script type="application/ld+json">{"[" * 100_000}</script>') == Facts(title="Heading")
