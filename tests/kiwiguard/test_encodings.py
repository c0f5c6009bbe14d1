"""Which form a browser is sent."""

import tracemalloc

import pytest

from kiwiguard.encodings import COMPRESSORS, DECOMPRESSORS, PACKING, best_encoding, pack


@pytest.mark.parametrize(
    ("accepted", "form"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("*;q=0.1, gzip", "gzip"),
        ("br;q=0, *", "zstd"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0", ""),
        ("br;q=0.000, gzip;q=0", ""),
        ("gzip;q=much", ""),
        ("brotli, gzipped, x-gzip", ""),
        (", ; ,,q=1", ""),
        ("gzip" + "," * 500, ""),
    ],
)
def test_the_best_form_that_is_accepted(accepted: str, form: str) -> None:
    assert best_encoding(accepted) == form


@pytest.mark.parametrize("form", COMPRESSORS)
def test_a_form_holds_no_more_memory_than_it_is_long(form: str) -> None:
    body = bytes(range(256)) * 1_000
    tracemalloc.start()
    try:
        forms = [COMPRESSORS[form](body) for _ in range(5)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < sum(map(len, forms)) + 20_000


def test_what_is_packed_comes_back() -> None:
    for body in (b"", b"x", bytes(range(256)) * 1_000):
        assert DECOMPRESSORS[PACKING](pack(body)) == body
        for encoding, compress in COMPRESSORS.items():
            assert DECOMPRESSORS[encoding](compress(body)) == body
