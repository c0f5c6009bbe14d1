"""Collected static files, each under a name that holds its content's digest, with compressed forms beside it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Makes gzip forms always, and brotli ones where `STATIC_BROTLI` asks for them."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return what makes the compressed forms."""
        return FreshCompressor(use_brotli=settings.STATIC_BROTLI, **kwargs)  # type: ignore[no-untyped-call]


class FreshCompressor(Compressor):
    """Leaves no compressed form of what a file was before: servers would send it instead of the file."""

    def compress(self, path: str) -> list[str]:
        """Make the forms of a file anew."""
        for ending in (".br", ".gz"):
            Path(path + ending).unlink(missing_ok=True)
        made: list[str] = super().compress(path)  # type: ignore[no-untyped-call]
        return made
