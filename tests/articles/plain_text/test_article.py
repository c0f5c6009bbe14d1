"""What an article is, in plain text: the pages that people paste, in all their shapes."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.plain_text import PlainArticle, UnreadableText, parse
from articles.plain_text.article import MAX_KEY_POINTS, MAX_SOURCES

LONG = "This sentence is long, as the paragraphs of a page are that was copied without its line breaks. " * 2
PAGE = f"""Harbour towns and the price of silence- What the new quota means

  •\u00a0Quota set: The ministry set the quota at 40 boats, from 06:30 each day.
  • No lead stands here, and the point is whole.
  • Balance: Towns weigh noise against work.


The harbour has been loud for a century. {LONG}

A Quiet Start

Since the first of May the boats leave later. {LONG}

Nobody has asked the fish. {LONG}

Who decides?

The council does: so says the law. {LONG}


In conclusion, the towns chose sleep. {LONG}


  1. Quota notice, May edition-
  2. The noise of boats –
  3. A town’s diary | The Pier Post https://pier.example.org/diary?day=1
Spread the love

Facebook
Twitter

Related Post

Another story about boats
Leave a Reply

Your email address will not be published. Required fields are marked *
"""


def kinds(article: PlainArticle) -> list[str]:
    return [block.kind for block in article.blocks]


def headings(article: PlainArticle) -> list[str]:
    return [block.text for block in article.blocks if block.kind == "heading"]


def test_a_page_as_blogs_have_it() -> None:
    article = parse(PAGE)
    assert article.title == "Harbour towns and the price of silence- What the new quota means"
    assert [(point.lead, point.text) for point in article.key_points] == [
        ("Quota set", "The ministry set the quota at 40 boats, from 06:30 each day."),
        ("", "No lead stands here, and the point is whole."),
        ("Balance", "Towns weigh noise against work."),
    ]
    assert headings(article) == ["A Quiet Start", "Who decides?"]
    assert kinds(article) == [
        "paragraph", "heading", "paragraph", "paragraph", "heading", "paragraph", "break", "paragraph",
    ]  # fmt: skip
    assert [(source.title, source.outlet, source.url) for source in article.sources] == [
        ("Quota notice, May edition", "", ""),
        ("The noise of boats", "", ""),
        ("A town’s diary", "The Pier Post", "https://pier.example.org/diary?day=1"),
    ]


def test_entries_know_their_lines() -> None:
    article = parse(PAGE)
    assert [point.line for point in article.key_points] == [3, 4, 5]
    assert article.blocks[0].line == 8
    assert [source.line for source in article.sources] == [24, 25, 26]


@pytest.mark.parametrize("bullet", ["•", "-", "*", "–", "‣", "\u00a0\u00a0•\u00a0", "\t-"])
def test_any_bullet_will_do(bullet: str) -> None:
    article = parse(f"Title\n\n{bullet} One: a\n{bullet} Two: b\n\nText that follows.\n")
    assert [(point.lead, point.text) for point in article.key_points] == [("One", "a"), ("Two", "b")]


@pytest.mark.parametrize(
    ("item", "lead", "text"),
    [
        ("**Bold lead:** and text", "Bold lead", "and text"),
        ("**Bold lead**: and text", "Bold lead", "and text"),
        ("__Bold__ and text", "Bold", "and text"),
        ("It starts at 10:30 sharp", "", "It starts at 10:30 sharp"),
        ("See https://example.org/a for more", "", "See https://example.org/a for more"),
        ("He left. She said: no", "", "He left. She said: no"),
        ("One two three four five six seven eight nine ten eleven twelve thirteen: no lead", "", None),
    ],
)
def test_a_lead_is_the_few_words_before_a_colon(item: str, lead: str, text: str | None) -> None:
    [point] = parse(f"Title\n\n- {item}\n\nText that follows.\n").key_points
    assert (point.lead, point.text) == (lead, text or item)


def test_wrapped_text_is_put_together_again() -> None:
    article = parse(
        "Title\n\n- Lead: a point that is\n  wrapped\n- Other: b\n\n"
        "A paragraph that somebody wrapped at a column\nby hand, as editors did.\n\n"
        "A heading over it\nThe text that follows stands right below its heading, and is longer than it.\n"
    )
    assert [point.text for point in article.key_points] == ["a point that is wrapped", "b"]
    assert article.blocks[0].text == "A paragraph that somebody wrapped at a column by hand, as editors did."
    assert headings(article) == ["A heading over it"]


def test_unwrapped_text_has_a_paragraph_on_each_line() -> None:
    article = parse(f"Title\n{LONG}\nA heading\n{LONG}\n{LONG}\n")
    assert kinds(article) == ["paragraph", "heading", "paragraph", "paragraph"]


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\u2028"])
def test_any_line_ending_will_do(newline: str) -> None:
    assert parse(PAGE.replace("\n", newline)).body_html() == parse(PAGE).body_html()


def test_a_paragraph_between_title_and_key_points_is_the_standfirst() -> None:
    article = parse(
        "Title\nBy Jane Doe\n\nWhat it finds, in short.\n\nKey takeaways\n\n- One: a\n\nText that follows.\n"
    )
    assert article.standfirst == "What it finds, in short."
    assert len(article.key_points) == 1
    assert kinds(article) == ["paragraph"]


def test_a_list_that_a_sentence_announces_belongs_to_the_body() -> None:
    article = parse("Title\n\nThere are two ways:\n\n- one\n- two\n\nSo much for that.\n")
    assert article.key_points == ()
    assert kinds(article) == ["paragraph", "list", "paragraph"]


def test_markdown_is_understood() -> None:
    article = parse(
        "# Title\n\n- **One:** a\n\nIntro here.\n\n## A part.\n\n> Said so.\n> Twice.\n\n---\n\nEnd of it.\n"
    )
    assert article.title == "Title"
    assert kinds(article) == ["paragraph", "heading", "quote", "break", "paragraph"]
    assert article.blocks[2].text == "Said so. Twice."


@pytest.mark.parametrize(
    "text",
    [
        "1. First source\n2. Second source\n",
        "Sources\n\n1) First source\n2) Second source\n",
        "References:\n\n[1] First source\n[2] Second source\n",
        "Notes\n\n- First source\n- Second source\n",
        "Bibliography\n\nFirst source\n\nSecond source\n",
        "## Sources\n\n1. First source\n\n2. Second source --\n",
    ],
)
def test_sources_come_in_many_shapes(text: str) -> None:
    article = parse(f"Title\n\nA paragraph that ends.\n\n{text}")
    assert [source.title for source in article.sources] == ["First source", "Second source"]
    assert kinds(article) == ["paragraph"]


@pytest.mark.parametrize(
    ("entry", "title", "url"),
    [
        ("A title <https://a.example/x>.", "A title", "https://a.example/x"),
        ("A title (https://a.example/x)", "A title", "https://a.example/x"),
        ("https://a.example/x", "https://a.example/x", "https://a.example/x"),
        ("A title -\n   https://a.example/x", "A title", "https://a.example/x"),
        ("Paper: https://a.example/x, read in May", "Paper: read in May", None),
    ],
)
def test_the_address_of_a_source_is_told_apart(entry: str, title: str, url: str | None) -> None:
    [source] = parse(f"Title\n\nA paragraph that ends.\n\n1. {entry}\n").sources
    assert source.url == (url or "https://a.example/x")
    assert re.sub(r"[^\w:/.]+", " ", source.title).strip() == re.sub(r"[^\w:/.]+", " ", title)


def test_a_numbered_list_with_text_after_it_is_no_list_of_sources() -> None:
    article = parse(f"Title\n\nText of it.\n\n1. step\n2. step\n\n{LONG}\n")
    assert article.sources == ()
    assert kinds(article) == ["paragraph", "numbered", "paragraph"]


def test_a_numbered_list_that_a_sentence_announces_is_no_list_of_sources() -> None:
    article = parse("Title\n\nText of it.\n\nThe steps are:\n\n1. step\n2. step\n")
    assert article.sources == ()
    assert kinds(article)[-1] == "numbered"


def test_furniture_at_the_top_costs_nothing() -> None:
    top = "Skip to content\n\nHarbour towns\n\nLeave a Comment\n\nSpread the love\nFacebook\nEmail\n\n"
    article = parse(f"{top}- One: a\n\n{LONG}\n\nA heading\n\n{LONG}\n")
    assert article.title == "Harbour towns"
    assert len(article.key_points) == 1
    assert kinds(article) == ["paragraph", "heading", "paragraph"]


def test_words_of_furniture_inside_a_sentence_are_kept() -> None:
    sentence = "They spread the love, and asked everybody to leave a reply below the related post of the day."
    assert parse(f"Title\n\n{sentence}\n").blocks[0].text == sentence


def test_everything_that_was_typed_is_escaped() -> None:
    article = parse("Title\n\nA start.\n\n<script>alert(1)</script> & more text.\n\n- <b>x</b>\n\nEnd of it.\n")
    assert "<script>" not in article.body_html()
    assert "&lt;script&gt;" in article.body_html()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("- One: a\n\nText of it.\n", 1, "no title"),
        ("\n\n1. first\n\nText of it.\n", 3, "no title"),
        (f"{LONG * 2}\n\nText of it.\n", 1, "no title"),
        ("---\n\nText of it.\n", 1, "no title"),
        ("Title\n\n- One: a\n- Two: b\n", 4, "no body"),
        ("Title\n\n1. a source\n2. another\n", 4, "no body"),
        ("\n" * 20_001, 20_001, "more than 20,000 lines"),
        ("Title\n\nLeave a Reply\n", 1, "no body"),
        ("Title\n\n- One: a\n- [1]\n\nText of it.\n", 4, "key point has no words"),
        ("Title\n\nText of it.\n\n1. A source\n2. \u202e\n", 6, "neither a title nor an address"),
        ("Title\n\n- " + "x" * 1001 + "\n\nText of it.\n", 3, "key point has 1001"),
        ("Title\n\n" + "- x\n" * (MAX_KEY_POINTS + 1) + "\nText of it.\n", MAX_KEY_POINTS + 3, "more than 50"),
        ("Title\n\nText of it.\n\n1. " + "x" * 501 + "\n", 5, "source has 501"),
        ("Title\n\nText of it.\n\n" + "1. x\n" * (MAX_SOURCES + 1), MAX_SOURCES + 5, "more than 500"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text: str, line: int, reason: str) -> None:
    with pytest.raises(UnreadableText, match=reason) as caught:
        parse(text)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ")


PIECES = ("Title", "- ", "1. ", "\n", "\n\n", ": ", "> ", "# ", LONG, "Sources", "https://", "**", "|", "…")


@given(st.lists(st.sampled_from(PIECES)).map("".join))
@example("")
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        article = parse(text)
    except UnreadableText:
        return
    assert article.title
    assert article.body_html()
