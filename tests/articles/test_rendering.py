"""What pages show of a body: anchors, citations that lead to their sources, and no link that lies."""

import pytest

from articles.citations import cite_by_number, cited_keys, uncited_numbers, with_numbers
from articles.rendering import CitedSource, render_body
from articles.richtext import clean_body

KEYS = ["aa", "bb", "cc"]
SOURCES = {key: CitedSource(number, f"Source <{number}>") for number, key in enumerate(KEYS, 1)}


def test_headings_get_anchors_that_differ() -> None:
    rendered = render_body("<h2>Who <em>pays</em></h2><h3>Who pays</h3><h2>漁業</h2><h2>???</h2>", {})
    assert [heading["id"] for heading in rendered.headings] == ["h-who-pays", "h-who-pays-2", "h-漁業", "h-part"]
    assert [heading["level"] for heading in rendered.headings] == [2, 3, 2, 2]
    assert '<h2 id="h-who-pays">Who <em>pays</em></h2>' in rendered.html


@pytest.mark.parametrize(
    ("body", "cited"),
    [
        ("<p>So [1].</p>", {1: 1}),
        ("<p>So [1, 3] and [1].</p>", {1: 2, 3: 1}),
        ("<p>So [2][3].</p>", {2: 1, 3: 1}),
        ("<p>So [4], [0], [1, 4], [x] and [].</p>", {}),
        ("<pre>a[1]</pre><p><code>a[1]</code> <a href='/'>a [1]</a></p><h2>A [1]</h2>", {}),
    ],
)
def test_numbers_in_brackets_cite_the_sources_that_there_are(body: str, cited: dict[int, int]) -> None:
    rendered = render_body(cite_by_number(clean_body(body), KEYS), SOURCES)
    assert rendered.citations == cited
    anchors = [f'id="cite-{number}-{time}"' for number, times in cited.items() for time in range(1, times + 1)]
    assert all(rendered.html.count(anchor) == 1 for anchor in anchors)
    assert rendered.html.count("doc-noteref") == len(anchors)


def test_a_citation_says_what_its_source_is() -> None:
    html = render_body('<p>So<cite data-source="bb">9</cite><cite data-source="cc"></cite>.</p>', SOURCES).html
    assert html == (
        '<p id="p-1">So<sup class="citation"><a href="#source-2" id="cite-2-1" role="doc-noteref">2</a>'
        '<span class="source-note">Source &lt;2&gt;</span></sup>'
        '<sup class="citation">, <a href="#source-3" id="cite-3-1" role="doc-noteref">3</a>'
        '<span class="source-note">Source &lt;3&gt;</span></sup>.</p>'
    )


def test_a_citation_of_a_source_that_is_gone_shows_nothing() -> None:
    assert render_body('<p>So<cite data-source="zz"></cite>.</p>', SOURCES).html == '<p id="p-1">So.</p>'


def test_citations_are_stored_by_key_and_written_by_number() -> None:
    stored = cite_by_number("<p>So [3], and [1, 2] and [7].</p>", KEYS)
    assert cited_keys(stored) == ["cc", "aa", "bb"]
    assert with_numbers(stored, {"aa": 1, "bb": 2}) == "<p>So[?], and[1][2] and [7].</p>"
    assert uncited_numbers(stored) == [7]
    assert clean_body(stored) == stored


def test_a_link_never_says_that_it_leads_elsewhere() -> None:
    spoof = '<p><a href="https://evil.example/">https://bank.example/</a></p>'
    assert '<a href="https://evil.example/">https://evil.example/</a>' in render_body(spoof, {}).html
    honest = '<a href="https://bank.example/">https://bank.example</a> <a href="https://bank.example/">the bank</a>'
    assert honest in render_body(f"<p>{honest}</p>", {}).html
