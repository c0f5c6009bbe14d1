"""The compressed forms of static files."""

import gzip
from pathlib import Path
from typing import Any

import brotli
import pytest

from kiwiguard.static_files import StaticFiles

TEXT = b"a { colour: teal }\n" * 100


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "site.css"
    file.write_bytes(TEXT)
    return file


def compress(file: Path) -> None:
    storage = StaticFiles(location=str(file.parent))  # type: ignore[no-untyped-call]
    storage.create_compressor(quiet=True).compress(str(file))  # type: ignore[no-untyped-call]


def test_the_first_start_makes_gzip_alone(file: Path, settings: Any) -> None:
    settings.STATIC_BROTLI = False
    compress(file)
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == TEXT
    assert not Path(f"{file}.br").exists()


def test_a_build_makes_brotli_too(file: Path, settings: Any) -> None:
    settings.STATIC_BROTLI = True
    compress(file)
    assert brotli.decompress(Path(f"{file}.br").read_bytes()) == TEXT
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == TEXT


def test_no_form_of_what_a_file_was_before_remains(file: Path, settings: Any) -> None:
    settings.STATIC_BROTLI = True
    compress(file)
    file.write_bytes(b"a{}")
    settings.STATIC_BROTLI = False
    compress(file)
    assert [path.name for path in file.parent.iterdir()] == ["site.css"]
