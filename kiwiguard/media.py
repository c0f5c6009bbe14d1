"""Files beside the pages: uploads, where no web server in front of us serves them, and the icon."""

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send an upload from the disk or the bucket; its name holds its content's digest, so it can be kept for ever."""
    try:
        response = FileResponse(default_storage.open(path))
    except (OSError, SuspiciousOperation, ValueError) as error:
        raise Http404("There is no such file.") from error
    response.headers["ETag"] = quote_etag(PurePosixPath(path).stem)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # feed readers show our pictures
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask at the one old address to the icon."""
    response = redirect(static("kiwiguard/favicon.svg"))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
