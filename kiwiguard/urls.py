"""Every address of the site; `tests/test_promises.py` says who may see each."""

from django.contrib import admin
from django.urls import include, path

from kiwiguard import error_pages
from kiwiguard.health import healthz
from kiwiguard.media import favicon, media

handler400 = error_pages.bad_request
handler500 = error_pages.server_error

urlpatterns = [
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("media/<path:path>", media, name="media"),
    path("", include("articles.urls")),
    path("", include("comments.urls")),
    path("moderation/", include("comments.moderation.urls")),
]
