"""From bytes to lines."""

import pytest

from articles.plain_text import MAX_FILE_BYTES, UnreadableText, decode
from articles.plain_text.reading import article_lines


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", 1, "empty"),
        (b" \n\t\n\xef\xbb\xbf", 1, "empty"),
        (b"one\ntwo\x00\n", 2, "binary"),
        (b"one\r\ntwo\r\nthr\xe9e\r\n", 3, "not UTF-8"),
        ("one".encode("utf-16"), 1, "UTF-16"),
        (b"a\n" * (MAX_FILE_BYTES // 2 + 1), MAX_FILE_BYTES // 2 + 1, "300,000 bytes"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(UnreadableText, match=reason) as caught:
        decode(data)
    assert caught.value.line == line


def test_a_byte_order_mark_is_no_part_of_the_title() -> None:
    assert article_lines(decode(b"\xef\xbb\xbfTitle"))[0].text == "Title"


def test_spaces_that_nobody_sees_become_plain_or_go() -> None:
    [line] = article_lines("\u00a0A\u202fb\u200bc\u00ad\td")
    assert (line.text, line.is_indented) == ("A bc d", True)
