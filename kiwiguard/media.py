"""Files beside the pages: uploads, where no web server in front of us serves them, and the icon."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from django.views.static import serve


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send a file of MEDIA_ROOT; its name holds its content's digest, so it can be kept for ever."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
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
