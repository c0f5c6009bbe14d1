"""WordPress from Debian: php-fpm with its opcache behind nginx, and MariaDB."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.papers import BenchError
from bench.rivals.content import FOLDER, Content, run_or_fail
from bench.servers import Server, free_port, nginx, running

PROGRAM = Path("/usr/share/wordpress")
INSTALL = "apt-get install --no-install-recommends wordpress php-fpm php-mysql php-cli mariadb-server"
THEMES = {"classic": "twentytwentyone", "block": "twentytwentythree"}
PROCESSES = 4
CONFIGURATION = """<?php
define( 'DB_NAME', '{database}' );
define( 'DB_USER', '{user}' );
define( 'DB_PASSWORD', '{password}' );
define( 'DB_HOST', '127.0.0.1' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_AUTO_UPDATE_CORE', false );
define( 'AUTH_KEY', 'only this machine ever sees this site' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {{ define( 'ABSPATH', __DIR__ . '/' ); }}
require_once ABSPATH . 'wp-settings.php';
remove_action( 'template_redirect', 'redirect_canonical' );
"""
POOL = """
[global]
error_log = {folder}/fpm.log
[www]
{owner}
listen = {folder}/fpm.socket
pm = static
pm.max_children = {processes}
php_admin_value[opcache.enable] = 1
"""
SITE = """
server {{
    listen 127.0.0.1:{port};
    root {folder}/program;
    index index.php;
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ \\.php$ {{
        include /etc/nginx/fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass unix:{folder}/fpm.socket;
    }}
}}
"""


@contextmanager
def wordpress(content: Content, kind: str) -> Iterator[tuple[Server, str]]:
    """Run a site with the article, in a classic theme or in a block theme; yield its server and the article's path."""
    fpm, theme = _require(kind)
    folder = FOLDER / f"wordpress-{kind}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PROGRAM, folder / "program", ignore_dangling_symlinks=True)
    database = f"kg_bench_wordpress_{kind}"
    with _database(database):
        port = free_port()
        path = _install(content, folder, database, theme, f"127.0.0.1:{port}")
        with _serving(fpm, folder, port, kind) as server:
            yield server, path


def _require(kind: str) -> tuple[str, str]:
    """Return the program php-fpm and the theme; raises BenchError if something is missing."""
    found = sorted(Path("/usr/sbin").glob("php-fpm*"))
    theme = THEMES[kind]
    if not found or not PROGRAM.exists() or not shutil.which("php") or not shutil.which("mariadb"):
        raise BenchError(f"WordPress is missing: {INSTALL}")
    if not (PROGRAM / "wp-content" / "themes" / theme).exists():
        raise BenchError(f"A theme of WordPress is missing: apt-get install wordpress-theme-{theme}")
    return str(found[-1]), theme


@contextmanager
def _database(name: str) -> Iterator[None]:
    user, password = _credentials()
    client = ["mariadb", "-h127.0.0.1", f"-u{user}", "-e"]
    environment = {**os.environ, "MYSQL_PWD": password}
    run_or_fail("MariaDB", [*client, f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}"], env=environment)
    try:
        yield
    finally:
        run_or_fail("MariaDB", [*client, f"DROP DATABASE {name}"], env=environment)


def _credentials() -> tuple[str, str]:
    """Return a user of MariaDB on this machine who may make databases."""
    return os.environ.get("BENCH_MARIADB_USER", "root"), os.environ.get("BENCH_MARIADB_PASSWORD", "")


def _install(content: Content, folder: Path, database: str, theme: str, host: str) -> str:
    user, password = _credentials()
    program = folder / "program"
    configuration = CONFIGURATION.format(database=database, user=user, password=password)
    (program / "wp-config.php").unlink(missing_ok=True)
    (program / "wp-config.php").write_text(configuration)
    script = str(Path(__file__).with_suffix(".php"))
    facts = json.dumps({**asdict(content), "page": content.page})
    said = run_or_fail("WordPress", ["php", script, str(program), host, theme], input=facts)
    return said.splitlines()[-1]


@contextmanager
def _serving(fpm: str, folder: Path, port: int, kind: str) -> Iterator[Server]:
    """Run php-fpm and nginx; what they cost is what both cost."""
    is_root = os.geteuid() == 0
    owner = "user = root\ngroup = root" if is_root else ""
    (folder / "pool.conf").write_text(POOL.format(folder=folder, owner=owner, processes=PROCESSES))
    command = [fpm, "--nodaemonize", "--fpm-config", str(folder / "pool.conf"), *(["--allow-to-run-as-root"] * is_root)]
    url = f"http://127.0.0.1:{port}"
    is_up = (folder / "fpm.socket").exists
    name = f"WordPress, {kind} theme"
    with (
        running("php-fpm", command, url, log=folder / "fpm.log", is_up=is_up) as programs,
        nginx(name, folder / "nginx", SITE.format(port=port, folder=folder), url) as server,
    ):
        server.others.append(programs)
        yield server
