"""Files in a bucket of an S3-compatible store, instead of on a disk; loaded only where the settings name one.

It costs a process some 40 MB, once that process stores or sends a file; a page needs no more than the address of one.
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.config import Config
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

CONFIG = Config(  # type: ignore[no-untyped-call]
    connect_timeout=3,
    read_timeout=20,
    retries={"total_max_attempts": 3},
    s3={"addressing_style": "path"},
    signature_version="s3v4",
    # Checksums are AWS's own, and other stores refuse them.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class Bucket(S3Storage):
    """A bucket by its address, `https://key:secret@host:port/bucket?region=eu-central-1`.

    Without a key in it, boto3 looks for one where it always does: its own variables, or the role of the machine.
    """

    def __init__(self, address: str, base_url: str = "") -> None:
        """Take the address of the bucket, and where its files are reached; nowhere if that is empty."""
        parts = urlsplit(address)
        self.base_url = base_url
        super().__init__(  # type: ignore[no-untyped-call]
            endpoint_url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
            access_key=unquote(parts.username or "") or None,
            secret_key=unquote(parts.password or "") or None,
            bucket_name=parts.path.strip("/"),
            region_name=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            client_config=CONFIG,
            # A file's name holds its content's digest.
            object_parameters={"CacheControl": "public, max-age=31536000, immutable"} if base_url else {},
        )

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        """Return the address of a file; raises ValueError where none leads."""
        if not self.base_url:
            raise ValueError("No address leads to this file.")
        return f"{self.base_url}{filepath_to_uri(name)}"
