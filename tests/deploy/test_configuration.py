"""What the files of `deploy/` say fits what the site is."""

import re

from django.conf import settings

from tests.deploy.running import DEPLOY
from tests.test_promises import BY_SIGNED_LINK, MODERATORS, MODERATORS_AND_AUTHORS, PUBLIC

NGINX = (DEPLOY / "nginx.conf").read_text()
VARNISH = (DEPLOY / "varnish.vcl").read_text()
ENVIRONMENT = (DEPLOY / "kiwiguard.env.example").read_text()


def test_what_is_private_is_looked_for_in_no_cache() -> None:
    private = {path.split("/")[0] for path in BY_SIGNED_LINK | MODERATORS | MODERATORS_AND_AUTHORS} | {"admin"}
    assert private <= set(re.findall(r"location (?:= )?/(\w+)/? \{ proxy_pass", NGINX))
    [listed] = re.findall(r'req\.url ~ "\^/\(([\w|]+)\)', VARNISH)
    assert private <= set(listed.split("|"))


def test_no_page_has_an_address_that_nginx_would_read_otherwise() -> None:
    """nginx keeps a page by its path with dots and double slashes resolved; a slug or a number has neither."""
    taken_apart = {"media/<path:path>", "^(?P<first>(?:[-\\w]+/){0,2})page/1/$"}  # no page is kept under these
    for pattern in PUBLIC - taken_apart:
        kinds = set(re.findall(r"<(\w+):", pattern))
        assert kinds <= {"slug", "page", "number", "section", "year", "month"}, pattern


def test_the_cookies_of_staff_are_named() -> None:
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert name in NGINX
        assert name in VARNISH


def test_both_take_what_the_app_takes() -> None:
    assert "client_max_body_size 25m" in NGINX
    [port] = re.findall(r"^PORT=(\d+)$", ENVIRONMENT, re.MULTILINE)
    assert f"server 127.0.0.1:{port};" in NGINX
    assert f'.port = "{port}"' in VARNISH
