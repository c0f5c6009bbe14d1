"""Sources to and from the formats of other programs."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.bibliography.citing import Cited, apa, chicago, mla
from articles.bibliography.entry import Day, Entry, UnreadableListError
from articles.bibliography.reading import read_list
from articles.bibliography.writing import citation_keys, to_bibtex, to_csl, to_ris

LINE = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
WORDS = st.lists(LINE, min_size=1, max_size=5).map(" ".join)
NAMES = WORDS.map(lambda words: words.replace(",", "").strip()).filter(bool)
DAYS = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: Day(day.year, day.month, day.day))
URLS = st.sampled_from(["", "https://a.example/x?b=c&d=%20e#f_g", "https://b.example/~me/(1)"])
ENTRIES = st.builds(Entry, title=WORDS, url=URLS, outlet=st.just("") | WORDS, published=DAYS, accessed=DAYS)


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_what_is_written_as_csl_json_is_read_again(entries: list[Entry]) -> None:
    assert read_list(json.dumps(to_csl(entries))).entries == entries


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_what_is_written_as_ris_is_read_again(entries: list[Entry]) -> None:
    assert read_list(to_ris(entries)).entries == entries


PLAIN = st.text(alphabet="abzÄé漢 {}\\$&%#_~^.,:;()1", min_size=1, max_size=30).map(lambda text: " ".join(text.split()))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.builds(Entry, title=PLAIN.filter(bool), url=URLS, published=DAYS), min_size=1, max_size=3))
def test_what_is_written_as_bibtex_is_read_again(entries: list[Entry]) -> None:
    assert read_list(to_bibtex(entries)).entries == entries


def test_authors_survive_every_format() -> None:
    entry = Entry("T", authors=("Ana Reo", "Ministry of Ports and Harbours"))
    for written in (json.dumps(to_csl([entry])), to_bibtex([entry]), to_ris([entry])):
        assert read_list(written).entries[0].authors == entry.authors


BIBTEX = r"""
@string{paper = "The Daily " # {Post}}
@comment{nothing}
@article{reo24,
  author = "Reo, Ana and {Ministry of Ports} and Jos\'e Mu{\~n}oz",
  title = {The {NZ} port \& its \emph{price}: {\"U}ber 5\% m{\={a}}ori},
  journal = paper, year = 2024, month = mar, day = {5},
  doi = {10.1000/xyz_1},
}
@misc{x, title = {Page}, howpublished = {\url{https://a.example/x_y}}, urldate = {2024-05-06}}
@misc{broken}
"""


def test_bibtex_is_read_as_tex_prints_it() -> None:
    reading = read_list(BIBTEX)
    first, second = reading.entries
    assert first == Entry(
        title="The NZ port & its price: Über 5% māori",
        url="https://doi.org/10.1000/xyz_1",
        outlet="The Daily Post",
        authors=("Ana Reo", "Ministry of Ports", "José Muñoz"),
        published=Day(2024, 3, 5),
    )
    assert (second.url, second.accessed) == ("https://a.example/x_y", Day(2024, 5, 6))
    assert [str(problem) for problem in reading.problems] == ["line 11: the entry @misc has no title and no address"]


def test_ris_of_other_programs_is_read() -> None:
    text = "TY  - JOUR\nA1  - Reo, Ana\nT1  - A title\n  that goes on\nJO  - The Post\nY1  - 2024/03//\nER  -\n"
    text += "TY  - ELEC\nN1  - x\nER  -"
    reading = read_list(text)
    assert reading.entries == [Entry("A title that goes on", "", "The Post", ("Ana Reo",), Day(2024, 3))]
    assert len(reading.problems) == 1


def test_csl_json_of_other_programs_is_read() -> None:
    item: Any = {"title": "T", "issued": {"raw": "5 March 2024"}, "DOI": "10.1/x", "container-title": "Post"}
    item["author"] = [{"family": "Berg", "given": "A.", "non-dropping-particle": "van den"}, {"literal": "RNZ"}]
    entry = read_list(json.dumps({"items": [item]})).entries[0]
    assert entry == Entry("T", "https://doi.org/10.1/x", "Post", ("A. van den Berg", "RNZ"), Day(2024, 3, 5))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("1. Port sold | The Post https://a.example/x", Entry("Port sold", "https://a.example/x", "The Post")),
        ("• Port sold\n  https://a.example/(x)", Entry("Port sold", "https://a.example/(x)")),
        (
            "Reo, A. & Tane, B. (2024, March 5). Port sold. The Post. https://a.example/x",
            Entry("Port sold", "https://a.example/x", "The Post", ("Reo, A", "Tane, B"), Day(2024, 3, 5)),
        ),
        (
            "Ana Reo, “Port sold”, The Post, 5 March 2024, https://a.example/x (accessed 6 May 2024).",
            Entry("Port sold", "https://a.example/x", "The Post", ("Ana Reo",), Day(2024, 3, 5), Day(2024, 5, 6)),
        ),
        ("https://a.example/only", Entry("https://a.example/only", "https://a.example/only")),
        ("A report, doi:10.1000/182.", Entry("A report", "https://doi.org/10.1000/182")),
    ],
)
def test_a_list_that_a_person_wrote_is_read(text: str, entry: Entry) -> None:
    assert read_list(text).entries == [entry]


def test_each_reference_of_a_list_is_one_source() -> None:
    assert len(read_list("[1] One\n[2] Two\nhttps://b.example/\n\n[3] Three").entries) == 3
    assert len(read_list("One\nhttps://a.example/\nTwo\nhttps://b.example/").entries) == 2


@pytest.mark.parametrize("text", ["", "  \n", "[", '{"a": ', "x" * 300_001, "[" * 100_000])
def test_what_is_no_list_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(UnreadableListError, match=r"\w"):
        read_list(text)


@pytest.mark.parametrize("number", ["²", "20260301123456", "99999999999", "9" * 5_000])
def test_numbers_that_are_no_part_of_a_date_are_left_out(number: str) -> None:
    bibtex = read_list(f"@misc{{a, title={{Port sold}}, year={{2024}}, month={{{number}}}, day={{{number}}}}}")
    csl = read_list(json.dumps([{"title": "Port sold", "issued": {"date-parts": [[number, 3, 5]]}}]))
    assert bibtex.entries == [Entry("Port sold", published=Day(2024))]
    assert csl.entries == [Entry("Port sold")]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='@{}"#=,\\ab1TY -ER\n[]:', max_size=80))
def test_nothing_pasted_is_an_error_of_ours(text: str) -> None:
    try:
        read_list(text)
    except UnreadableListError:
        return


def test_keys_are_ascii_and_no_two_alike() -> None:
    keys = citation_keys([Entry("Ä"), Entry("Ä"), Entry("漢"), Entry("T", authors=("Ana Māori",), published=Day(2024))])
    assert keys == ["a", "aa", "source", "maori2024"]


ARTICLE = Cited(
    ["Ana van den Berg", "Te Rua Hone", "Plato"], "Who pays?", "Kiwi Guard", date(2026, 3, 5), "https://k.example/a/"
)


def test_an_article_is_cited_in_three_styles() -> None:
    texts = ["".join(part.text for part in style(ARTICLE)) for style in (apa, mla, chicago)]
    assert texts == [
        "van den Berg, A., Hone, T. R., & Plato. (2026, March 5). Who pays? Kiwi Guard. https://k.example/a/",
        "van den Berg, Ana, et al. “Who pays?” Kiwi Guard, 5 Mar. 2026, https://k.example/a/.",
        "van den Berg, Ana, Te Rua Hone, and Plato. “Who pays?” Kiwi Guard, March 5, 2026. https://k.example/a/.",
    ]
