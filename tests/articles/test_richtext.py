"""Nothing that is stored can do more than be read."""

import re
from html.parser import HTMLParser

import nh3
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import richtext
from articles.rendering import render_body
from articles.richtext import (
    BODY_TAGS,
    TextRefused,
    clean_body,
    clean_line,
    clean_text,
    is_safe_url,
    render_reply,
    script_json,
    validate_url,
)

NEVER = set(
    "script style title textarea xmp noembed noframes noscript iframe object svg math template select option form "
    "input button base meta link embed frame frameset video audio".split()
)
GOOD = [
    '<p><strong>Weight</strong>, <em>stress</em> and <a href="https://example.org/a?b=1&amp;c=2">a link</a>.</p>',
    "<h2>One</h2><h3>Two</h3><h4>Three</h4>",
    "<ul><li>one</li><li>two <ol><li>deep</li></ol></li></ul>",
    '<ol start="3"><li>three</li></ol>',
    "<blockquote><p>Said.</p></blockquote>",
    '<table><thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody></table>',
    '<figure><img src="/media/images/a.webp" alt="Sea" width="400" height="300"><figcaption>Sea</figcaption></figure>',
    "<pre><code>if a &lt; b:\n    pass</code></pre>",
    '<p><a href="/analysis/other/">here</a> <a href="#h-one">below</a> <a href="mailto:desk@example.org">desk</a></p>',
    '<p><a href="https://example.org/Māori/правда">macrons and Cyrillic</a></p>',
    '<p>H<sub>2</sub>O, x<sup>2</sup>, <abbr title="Gross domestic product">GDP</abbr>, <mark>new</mark></p>',
]
UNSAFE = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript:123", "javascript:ю", "java\tscript:alert(1)",
    "java&#x0A;script:alert(1)", "&#106;avascript:alert(1)", "\x01javascript:alert(1)", " javascript:alert(1)",
    "data:text/html,x", "data:1", "tel:9", "file:1", "vbscript:x", "blob:x", "//evil.example", "/\\evil.example",
    "\\\\evil.example", "https:evil", "http:/evil", "https://", "https://good.example@evil.example/", "http://[::1",
]  # fmt: skip


class Markup(HTMLParser):
    """Every tag and attribute of a text, read by a parser that cleaned nothing."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_what_is_allowed_holds_nothing_that_runs() -> None:
    assert not BODY_TAGS & NEVER
    names = {name for allowed in richtext.BODY_ATTRIBUTES.values() for name in allowed}
    assert not names & {"style", "id", "class", "name", "onclick", "srcdoc", "formaction"}


@pytest.mark.parametrize("text", GOOD)
def test_good_markup_is_kept_as_it_is(text: str) -> None:
    assert clean_body(text) == text


@pytest.mark.parametrize("url", UNSAFE)
def test_unsafe_addresses_are_dropped_and_the_words_kept(url: str) -> None:
    assert not is_safe_url(url, schemes=richtext.LINK_SCHEMES) or url == " "
    cleaned = clean_body(f'<p><a href="{url}">words</a></p>')
    assert cleaned == "<p><a>words</a></p>"


@pytest.mark.parametrize("url", ["https://example.org", "http://example.org:8080/a?b#c", "HTTPS://EXAMPLE.ORG/Māori"])
def test_web_addresses_are_taken(url: str) -> None:
    validate_url(url)


@pytest.mark.parametrize("url", [*UNSAFE, "/path", "example.org", "mailto:a@example.org", "ftp://example.org/"])
def test_an_address_field_takes_nothing_else(url: str) -> None:
    with pytest.raises(ValidationError):
        validate_url(url)


@pytest.mark.parametrize(
    "text",
    [
        "<p onclick=alert(1)>x</p>",
        "<p style='background:url(javascript:1)' id=x class=y>x</p>",
        "<script>alert(1)</script><p>x</p>",
        "<style>p{}</style><p>x</p>",
        "<p>x<!-- secret --></p>",
        "<svg><script>alert(1)</script></svg><p>x</p>",
        "<img src=x onerror=alert(1)><p>x</p>",
        "<math><mtext><p>x</p></mtext></math>",
        "<p>x</p><iframe src='//evil.example'></iframe>",
        "<form action=/admin/><button>go</button></form><p>x</p>",
    ],
)
def test_nothing_that_runs_styles_or_hides_is_left(text: str) -> None:
    cleaned = clean_body(text)
    assert "x" in cleaned
    assert "secret" not in cleaned
    assert "javascript" not in cleaned
    for tag, attributes in Markup(cleaned).tags:
        assert tag in BODY_TAGS
        assert not attributes.keys() & {"onclick", "onerror", "style", "id", "class", "action"}


def test_pictures_come_from_this_site_alone() -> None:
    assert 'src="' not in clean_body('<img src="https://tracker.example/a.gif" alt="a">')
    assert 'src="' not in clean_body('<img src="//tracker.example/a.gif" alt="a">')


PIECES = (
    *"<>&\"'/=! \n", "<b>", "</b>", "<p>", "<a href=", "javascript:", "&#x6a;", "<table>", "<td>", "<script>",
    "</script>", "<svg>", "<!--", "-->", "]]>", "<![CDATA[", "x", "ā", "<li>", "<h2>", "[1]", "https://a.example",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_cleaning_is_stable_and_another_parser_agrees(text: str) -> None:
    try:
        cleaned = clean_body(text)
    except TextRefused:
        return
    assert clean_body(cleaned) == cleaned
    for tag, attributes in Markup(cleaned).tags:
        assert tag in BODY_TAGS
        assert attributes.keys() <= richtext.BODY_ATTRIBUTES.get(tag, set())
    allowed = {tag: set(names) for tag, names in richtext.BODY_ATTRIBUTES.items()}
    schemes = set(richtext.LINK_SCHEMES)
    oracle = nh3.clean(cleaned, tags=set(BODY_TAGS), attributes=allowed, url_schemes=schemes, link_rel=None)
    assert {tag for tag, _ in Markup(oracle).tags} == {tag for tag, _ in Markup(cleaned).tags}
    assert render_body(cleaned, {}).html.count("<script") == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<b><p>" * 50_000, id="left open"),
        pytest.param("<" * 299_000, id="less-than signs"),
        pytest.param("&" * 299_000, id="ampersands"),
        pytest.param("<p " + "a " * 149_000 + ">", id="attributes"),
        pytest.param("<x b " * 60_000, id="one endless tag"),
        pytest.param("<p " + 'a=">" b ' * 30_000, id="attributes behind quotes"),
        pytest.param("<ul><li>" * 30_000, id="nested lists"),
        pytest.param("<b></b>" * 42_000, id="tags"),
        pytest.param("a\n\n" * 99_000, id="paragraphs"),
        pytest.param("x" * 300_001, id="characters"),
        pytest.param("ā" * 150_001, id="bytes"),
        pytest.param("[1]" * 90_000, id="citations"),
    ],
)
def test_monsters_are_refused_before_they_are_parsed(text: str) -> None:
    with pytest.raises(TextRefused, match=r"The text has .*\."):
        clean_body(text)


def test_plain_text_becomes_paragraphs() -> None:
    assert clean_body("One.\nStill one.\n\nTwo.") == "<p>One.<br>\nStill one.</p><p>Two.</p>"


def test_a_reply_is_escaped_and_its_web_addresses_are_links() -> None:
    html = render_reply("A <b>claim</b>\nsee (https://a.example/b_(c)?d=1&e=2).\n\nwww.example.org me@example.org")
    address = "https://a.example/b_(c)?d=1&amp;e=2"
    assert html == (
        "<p>A &lt;b&gt;claim&lt;/b&gt;<br>\n"
        f'see (<a href="{address}" rel="nofollow ugc noopener">{address}</a>).</p>\n'
        "<p>www.example.org me@example.org</p>"
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*so* and **so**", "<p><em>so</em> and <strong>so</strong></p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("2. a\n3. b", '<ol start="2">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("~~~\n<b>\n~~~", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("~~~hello world\nx\n~~~", "<pre><code>hello world\nx\n</code></pre>"),
        ('[x](http://a.example "t w")', '<p><a href="http://a.example" rel="nofollow ugc noopener">x</a> “t w”</p>'),
        ("12345. apples", '<ol start="12345">\n<li>apples</li>\n</ol>'),
        ("[x](https://a.example/)", '<p><a href="https://a.example/" rel="nofollow ugc noopener">x</a></p>'),
        ("# No heading", "<p># No heading</p>"),
        ("***", "<p>***</p>"),
        ("    no code", "<p>no code</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](//evil.example/)", "<p>[x](//evil.example/)</p>"),
        ("<me@example.org>", "<p>&lt;me@example.org&gt;</p>"),
        ("&lt;b&gt;", "<p>&amp;lt;b&amp;gt;</p>"),
        ("Tēnā koe 👩‍👩‍👧 ❤️ שלום", "<p>Tēnā koe 👩‍👩‍👧 ❤️ שלום</p>"),
        ("a\u202eb", "<p>ab</p>"),
        ("a" + "\u0488" * 40, "<p>a" + "\u0488" * 4 + "</p>"),
    ],
)
def test_a_reply_may_use_a_little_markdown(typed: str, shown: str) -> None:
    assert render_reply(typed) == shown


def test_no_link_in_a_reply_says_that_it_leads_elsewhere() -> None:
    html = render_reply("[https://bank.example/ and more](https://evil.example/) [](https://b.example/)")
    link = '<a href="{0}" rel="nofollow ugc noopener">{0}</a>'
    evil, other = (link.format(address) for address in ("https://evil.example/", "https://b.example/"))
    assert html == f"<p>https://bank.example/ and more {evil} {other}</p>"


@pytest.mark.parametrize(
    "typed", [">" * 40 + " deep", "- " * 40 + "deep", "".join("  " * n + "- deep\n" for n in range(60))]
)
def test_deep_nesting_is_flattened_and_loses_no_word(typed: str) -> None:
    assert render_reply(typed).count("deep") == typed.count("deep")


TYPED = "* ** ` [ ]( ) > - 1. < & ! \\ ~~~ a http://x.example javascript: # @ \u0301 \u202e".split()
MARKDOWN = st.lists(st.sampled_from((*TYPED, " ", "\n", "\n\n", "> ", "- ")), max_size=80).map("".join)


@given(st.one_of(st.text(max_size=300), MARKDOWN))
def test_no_reply_is_ever_more_than_its_markdown_and_another_parser_agrees(text: str) -> None:
    html = render_reply(text)
    for tag, attributes in Markup(html).tags:
        assert tag in richtext.REPLY_TAGS
        assert attributes.keys() <= {"a": {"href", "rel"}, "ol": {"start"}}.get(tag, set())
        assert re.match(r"https?://", attributes.get("href") or "http://", re.IGNORECASE)
    allowed = {"a": {"href", "rel"}, "ol": {"start"}}
    schemes = {"http", "https"}
    oracle = nh3.clean(html, tags=set(richtext.REPLY_TAGS), attributes=allowed, url_schemes=schemes, link_rel=None)
    assert [tag for tag, _ in Markup(oracle).tags] == [tag for tag, _ in Markup(html).tags]


def test_lines_and_texts_lose_what_nobody_can_see() -> None:
    assert clean_line(" A\u202eB\x00\tC\n\ud800D\ufffe ") == "AB C D"
    assert clean_text("a\r\nb\rc\x0bd\x00") == "a\nb\ncd"
    assert clean_line("Ma\u0304ori") == "Māori"


def test_json_cannot_end_its_script() -> None:
    assert script_json({"a": "</script>&\u2028"}) == '{"a": "\\u003c/script\\u003e\\u0026\\u2028"}'


@pytest.mark.parametrize("piece", ["\n\n>-", "* -\n", "[*", "* *\n\n", "[\n", "[**", "***a***", "- a\n", "1. b\n"])
def test_marks_without_end_become_text(piece: str) -> None:
    typed = (piece * 5000)[:5000]
    html = render_reply(typed)
    assert len(Markup(html).tags) < 2700
    assert html.count("a") >= typed.count("a")
