"""The folder that holds what the site must keep: database, media and secrets."""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def open_data_dir(path: Path) -> Path:
    """Make the folder if need be and return it; raises ImproperlyConfigured if nothing can be written there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR {path} is not writable: {error.strerror}") from error


def load_secrets(path: Path) -> None:
    """Put the secrets of this site into the environment, where what the operator set there wins.

    They are made on the first run, in a file that only its owner can read (mode 0600).
    """
    if not path.exists():
        _write_once(path, _fresh_secrets())
    for line in path.read_text(encoding="ascii").splitlines():
        name, separator, value = line.partition("=")
        if separator:
            os.environ.setdefault(name, value)


def _fresh_secrets() -> str:
    return (
        f"SECRET_KEY={secrets.token_urlsafe(64)}\n"
        f"EMAIL_KEYS={Fernet.generate_key().decode()}\n"
        f"FINGERPRINT_KEY={secrets.token_urlsafe(48)}\n"
    )


def _write_once(path: Path, text: str) -> None:
    # Several processes may start at once: a hard link is made whole or not at all, and the first one wins.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as draft:
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
