"""Sites behind the caches of `deploy/`, each started once."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.deploy.running import (
    DEPLOY,
    NGINX_MODULES,
    Front,
    answers,
    form_token,
    free_port,
    nginx_site,
    running,
    served,
    until,
)

AROUND = """
{modules}
user root;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    log_format how '$upstream_cache_status "$upstream_http_cache_status" $http_user_agent $request_method $request_uri';
    access_log {folder}/access.log how;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    {site}
}}
"""


def nginx_configuration(front: Front) -> str:
    """Return the site of `deploy/` with the ports and paths of a test, in a server around it."""
    return AROUND.format(modules=NGINX_MODULES, folder=front.folder, site=nginx_site(front))


def varnish_configuration(front: Front) -> str:
    """Return the configuration of `deploy/` with the port of the app."""
    return (DEPLOY / "varnish.vcl").read_text().replace('"8000"', f'"{front.app_port}"')


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    front = Front("nginx", folder, f"https://localhost:{free_port()}", free_port(), free_port())
    (folder / "nginx.conf").write_text(nginx_configuration(front))
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-g", "daemon off;"]
    purge = f"http://127.0.0.1:{front.purge_port}/"
    with running(command, folder / "nginx.log"), served(front, NGINX_PURGE_URLS=purge):
        until(lambda: answers(front.purge_port))
        yield front


@pytest.fixture(scope="session")
def varnish(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("varnish")
    port = free_port()
    front = Front("varnish", folder, f"http://localhost:{port}", free_port(), port)
    vcl = folder / "default.vcl"
    vcl.write_text(varnish_configuration(front))
    command = ["varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{port}", "-f", str(vcl), "-n", str(folder / "state")]
    command += ["-s", "malloc,64m", "-p", "http_gzip_support=off"]
    with running(command, folder / "varnish.log"), served(front, PURGE_URLS=f"http://127.0.0.1:{port}/"):
        until(lambda: answers(port))
        yield front


@pytest.fixture(params=["nginx", "varnish"])
def front(request: Any) -> Front:
    """Each of the caches in turn."""
    chosen: Front = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def article(front: Front) -> str:
    """Return the path of an article of its own for a test."""
    return make_article(front)


def make_article(front: Front) -> str:
    title = f"Article {time.monotonic_ns()}"
    code = f"from tests.factories import *; print(make_article({title!r}, standfirst='As it was.').get_absolute_url())"
    return front.do(code)


def waiting_reply(front: Front, article: str, body: str) -> Callable[[], None]:
    """Have a reply wait under an article, and a moderator before it; return what approves it, at once."""
    slug = article.strip("/").split("/")[-1]
    pk = front.do(
        f"from tests.factories import *\nprint(make_reply(Article.objects.get(slug={slug!r}), body={body!r}).pk)"
    )
    desk = front.staff()
    token = form_token(desk.get(f"{front.url}/moderation/", timeout=20).text)

    def approve() -> None:
        data = {"approve": pk, "csrfmiddlewaretoken": token}
        desk.post(f"{front.url}/moderation/decide/", data=data, timeout=20, allow_redirects=False).raise_for_status()

    return approve


def is_hit(front: Front, path: str, method: str = "GET") -> bool:
    """Whether the cache answers without asking the app."""
    if front.name == "varnish":
        return front.get(path, method=method).headers["cache-status"] == "varnish; hit"
    asker = f"asker-{time.monotonic_ns()}"  # nginx notes a request after it was answered, and not always in order
    front.get(path, method=method, user_agent=asker)
    until(lambda: any(asker in line for line in front.log()))
    [line] = [line for line in front.log() if asker in line]
    return line.startswith("HIT")


def keep(front: Front, path: str, method: str = "GET") -> None:
    """Ask until the cache answers by itself: a page may reach its reader a moment before it is in its place."""
    until(lambda: is_hit(front, path, method), seconds=20)
