"""One address for one page, whatever it was copied from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.canonical import canonical_url

PIECES = ["http://", "HTTPS://", "www.google.com/amp/s/", "m.", "example", ".org", ":443", ":80", "/", "..", ".", "%2e",
          "%", "%C4%81", "ā", "?", "&", "=", "utm_source=x", "amp=1", "/amp", "#", "!", ":~:text=", "@", "[::1]", " ",
          "\x00", "\\", "\ud800", ".amp.html", "cdn.ampproject.org/c/", "ß", "。"]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.ORG:80", "http://example.org/"),
        ("https://example.org:443/a/../b/./c", "https://example.org/b/c"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://müller.example/", "https://xn--mller-kva.example/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org/%7euser/k%c4%81", "https://example.org/~user/k%C4%81"),
        ("https://example.org/kā kā", "https://example.org/k%C4%81%20k%C4%81"),
        ("https://example.org/a%2Fb", "https://example.org/a%2Fb"),
        ("https://example.org/?b=2&utm_source=x&a=1&fbclid=y", "https://example.org/?b=2&a=1"),
        ("https://example.org/?UTM_Source=x&mc_cid=1&at_medium=z&ref_src=t&igshid=i&gclid=g", "https://example.org/"),
        ("https://example.org/?a=1&a=2&empty=&bare", "https://example.org/?a=1&a=2&empty=&bare"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://example.org/a#:~:text=words", "https://example.org/a"),
        ("https://example.org/#!/route", "https://example.org/#!/route"),
        ("https://en.m.wikipedia.org/wiki/Pier", "https://en.wikipedia.org/wiki/Pier"),
        ("https://m.example.org/a", "https://example.org/a"),
        ("https://mobile.example.org/a", "https://example.org/a"),
        ("https://amp.example.org/a", "https://example.org/a"),
        ("https://m.me/a", "https://m.me/a"),
        ("https://m.co.nz/a", "https://m.co.nz/a"),
        ("https://example.org/story/amp/", "https://example.org/story/"),
        ("https://example.org/story/amp", "https://example.org/story"),
        ("https://example.org/amp/", "https://example.org/amp/"),
        ("https://example.org/stamp", "https://example.org/stamp"),
        ("https://example.org/story.amp.html", "https://example.org/story.html"),
        ("https://example.org/story?amp=1", "https://example.org/story"),
        ("https://example.org/story?outputType=amp&page=2", "https://example.org/story?page=2"),
        ("https://example.org/story?amp=60", "https://example.org/story?amp=60"),
        ("https://www.google.com/amp/s/www.example.org/story/amp/", "https://www.example.org/story/"),
        ("https://www.google.co.nz/amp/example.org/story", "http://example.org/story"),
        ("https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a?usqp=mq", "https://www.example.org/a"),
        ("https://name:secret@example.org/", "https://example.org/"),
        ("http://[0:0::1]:80/", "http://[::1]/"),
    ],
)
def test_variants_of_an_address_are_one(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize("url", ["", "no address", "http://", "http://[::1", "http://x:y/", "mailto:a@example.org"])
def test_what_is_no_web_address_stays_as_it_is(url: str) -> None:
    assert canonical_url(url) == url


@given(st.one_of(st.text(), st.text().map("https://".__add__), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_the_canonical_form_is_its_own(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
