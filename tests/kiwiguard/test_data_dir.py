"""The folder of what must be kept, and the secrets in it."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from kiwiguard.data_dir import load_secrets, open_data_dir

NAMES = ("SECRET_KEY", "EMAIL_KEYS", "FINGERPRINT_KEY")


@pytest.fixture(autouse=True)
def _no_secrets_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    load_secrets(path)
    first = path.read_text()
    load_secrets(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == first
    assert {line.partition("=")[0] for line in first.splitlines()} == set(NAMES)


def test_no_two_sites_share_a_secret(tmp_path: Path) -> None:
    load_secrets(tmp_path / "a")
    load_secrets(tmp_path / "b")
    lines = (tmp_path / "a").read_text().splitlines() + (tmp_path / "b").read_text().splitlines()
    assert len(set(lines)) == 6


def test_what_the_operator_set_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "of the operator")
    load_secrets(tmp_path / "secrets.env")
    assert os.environ["SECRET_KEY"] == "of the operator"
    assert os.environ["FINGERPRINT_KEY"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(load_secrets, [path] * 8))
    assert len(path.read_text().splitlines()) == 3
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match="is not writable"):
        open_data_dir(tmp_path / "file" / "folder")
