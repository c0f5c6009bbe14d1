"""The settings of Kiwi Guard, all from the environment; the README's table explains each variable.

Without any variable set the site runs on this machine alone: SQLite, local files, plain HTTP on 127.0.0.1.
`SITE_URL` is the one switch to the public web: with an https address every cookie, redirect and header is strict.
"""

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from cryptography.fernet import Fernet, MultiFernet
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django_prose_editor.config import html_tags
from js_asset import static_lazy

from kiwiguard.data_dir import load_secrets, open_data_dir

django_stubs_ext.monkeypatch()  # lets classes such as ModelAdmin name their model, for the type checker
BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()  # type: ignore[no-untyped-call]


@contextmanager
def _variable(name: str) -> Iterator[None]:
    """Have it said which variable can't be read, and not what is in it: some hold a password."""
    try:
        yield
    except (ImproperlyConfigured, LookupError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} isn't of the form that the README's table gives.") from error


_SWITCHES = dict.fromkeys(("on", "true", "yes", "1"), True) | dict.fromkeys(("off", "false", "no", "0"), False)


def _switch(name: str, *, default: bool) -> bool:
    said = env.str(name, default="").lower()
    with _variable(name):
        return _SWITCHES[said] if said else default


# Where things are kept

DATA_DIR = open_data_dir(Path(env.str("DATA_DIR", default="") or BASE_DIR / "var").resolve())
load_secrets(DATA_DIR / "secrets.env")

SECRET_KEY = env.str("SECRET_KEY")
EMAIL_KEYS: list[str] = env.list("EMAIL_KEYS")  # newest first: it encrypts, all of them decrypt
with _variable("EMAIL_KEYS"):
    MultiFernet([Fernet(key) for key in EMAIL_KEYS])
FINGERPRINT_KEY = env.str("FINGERPRINT_KEY")
_SECRET_CHARACTERS = 40
for _name in ("SECRET_KEY", "FINGERPRINT_KEY"):
    if len(globals()[_name]) < _SECRET_CHARACTERS or "change" in globals()[_name].lower():
        raise ImproperlyConfigured(f"{_name} is missing or a sample: set it to at least 40 random characters.")

# The site

SITE_NAME = env.str("SITE_NAME", default="Kiwi Guard")
SITE_TAGLINE = env.str("SITE_TAGLINE", default="News analysis with its sources on the table")
_port = env.str("PORT", default="") or "8000"
if not _port.isdecimal():
    raise ImproperlyConfigured(f"PORT must be a number, not {_port!r}.")
SITE_URL = (env.str("SITE_URL", default="") or f"http://127.0.0.1:{_port}").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname or _site.path:
    raise ImproperlyConfigured(f"SITE_URL must look like https://www.example.org, not {SITE_URL!r}.")
_is_secure = _site.scheme == "https"
_local_hosts = ["127.0.0.1", "localhost", "[::1]"]
_is_local = _site.hostname in {"127.0.0.1", "localhost", "::1"}

PUBLIC_HISTORY = _switch("PUBLIC_HISTORY", default=False)

DEBUG = _switch("DEBUG", default=False)
if DEBUG and not _is_local:
    raise ImproperlyConfigured(f"DEBUG shows secrets to visitors: it can't be on at {SITE_URL}.")

ALLOWED_HOSTS = [
    *env.list("ALLOWED_HOSTS", default=[]),
    f"[{_site.hostname}]" if ":" in _site.hostname else _site.hostname,
]
ALLOWED_HOSTS += _local_hosts if _is_local else []
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Finished pages in memory, in front of Django: see kiwiguard/page_store.py

with _variable("PAGE_CACHE_MB"):
    PAGE_CACHE_BYTES = int(env.float("PAGE_CACHE_MB", default=4.0) * 2**20)  # of each server process
    if PAGE_CACHE_BYTES < 0:
        raise ValueError("less than nothing")
# Caches in front of it that are told what has changed: see kiwiguard/fronts.py
NGINX_PURGE_URLS: list[str] = env.list("NGINX_PURGE_URLS", default=[])
PURGE_URLS: list[str] = env.list("PURGE_URLS", default=[])
if NGINX_PURGE_URLS and PURGE_URLS:
    raise ImproperlyConfigured("Set NGINX_PURGE_URLS or PURGE_URLS: one cache in front of another can't see its age.")
for _url in [*NGINX_PURGE_URLS, *PURGE_URLS]:
    if urlsplit(_url).scheme not in {"http", "https"} or not urlsplit(_url).hostname:
        raise ImproperlyConfigured(f"Each purge address must look like http://127.0.0.1:8001/, not {_url!r}.")
PAGE_HOSTS = frozenset(f"{host}{port}" for host in ALLOWED_HOSTS for port in ("", f":{_site.port or _port}"))

INSTALLED_APPS = [
    "kiwiguard",
    "taggit",
    "comments",
    "articles",
    "axes",
    "csp",
    "django_prose_editor",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "kiwiguard.proxies.TrustedProxies",
    "kiwiguard.headers.PageHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kiwiguard.error_pages.ErrorPages",
    "kiwiguard.limits.RequestLimits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "kiwiguard.urls"
WSGI_APPLICATION = "kiwiguard.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kiwiguard.context.site",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",  # for *.jinja alone
        "NAME": "jinja",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "comments.jinja.environment"},
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The editor of the newsroom

_nothing_more = html_tags([])  # type: ignore[no-untyped-call]  # articles.richtext says what is allowed
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {"js": [static_lazy("kiwiguard/js/editor.js")], "extensions": {"Citation": _nothing_more}},
    {"js": [static_lazy("kiwiguard/js/pasting.js")], "extensions": {"Pasting": _nothing_more}},
]

# Data

_sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "kiwiguard.sqlite3"}
with _variable("DATABASE_URL"):
    _database: dict[str, Any] = env.db("DATABASE_URL") if env.str("DATABASE_URL", default="") else _sqlite
    if _database["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValueError("another database")
DATABASES = {"default": _database}
_database["CONN_MAX_AGE"] = 600
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at once, so that a transaction waits for its turn and never fails half-way;
    # FULL keeps an acknowledged reply through a power cut.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-500;",
    }
else:
    _database["ENGINE"] = "kiwiguard.postgresql"
    _database["OPTIONS"] = {
        "options": "-c synchronous_commit=on -c statement_timeout=30s -c lock_timeout=10s"
        " -c idle_in_transaction_session_timeout=60s"
        # A page reads so little that starting helpers, or compiling, takes longer than all the rest.
        " -c max_parallel_workers_per_gather=0 -c jit=off",
        # Statements that come again are kept prepared on the server: to plan one takes longer than to run it.
        "server_side_binding": True,
        "prepare_threshold": 3,
        # A machine that has vanished says nothing: who waits for it would wait for a quarter of an hour.
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 10_000,
    }
if env.str("REPLICA_URL", default=""):  # see kiwiguard/replica.py
    if "init_command" in _database["OPTIONS"]:
        raise ImproperlyConfigured("REPLICA_URL is for PostgreSQL: set DATABASE_URL to the original.")
    with _variable("REPLICA_URL"):
        _replica = env.db("REPLICA_URL")
        if _replica.pop("ENGINE") != "django.db.backends.postgresql":
            raise ValueError("another database")
    DATABASES["replica"] = (
        _database
        | _replica
        | {
            "OPTIONS": _database["OPTIONS"]
            | {
                "options": f"{_database['OPTIONS']['options']} -c default_transaction_read_only=on",
                "connect_timeout": 2,
            },
            "TEST": {"MIRROR": "default"},
        }
    )
    DATABASE_ROUTERS = ["kiwiguard.replica.Routes"]
    MIDDLEWARE.append("kiwiguard.replica.PublicReads")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

with _variable("CACHE_URL"):
    CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    CACHES["default"]["BACKEND"] = "kiwiguard.redis_cache.ForgivingRedis"

MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = env.str("MEDIA_URL", default="/media/").rstrip("/") + "/"
_media = urlsplit(MEDIA_URL)
if MEDIA_URL != "/media/" and not (_media.scheme in {"http", "https"} and _media.hostname):
    raise ImproperlyConfigured(f"MEDIA_URL must look like https://media.example.org/, not {MEDIA_URL!r}.")
STATIC_ROOT = DATA_DIR / "static"
STATIC_URL = "/static/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # As they were uploaded, with all that a camera writes into them: no address leads there.
    "originals": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "originals"},
    },
    "staticfiles": {"BACKEND": "kiwiguard.static_files.StaticFiles"},
}
_buckets = {name: env.str(name, default="") for name in ("MEDIA_BUCKET_URL", "ORIGINALS_BUCKET_URL")}
if any(_buckets.values()):
    _media_bucket, _originals_bucket = map(urlsplit, _buckets.values())
    for _name, _bucket in zip(_buckets, (_media_bucket, _originals_bucket), strict=True):
        if _bucket.scheme not in {"http", "https"} or not _bucket.hostname or not _bucket.path.strip("/"):
            raise ImproperlyConfigured(f"{_name} must look like https://key:secret@s3.example.org/bucket.")
    if (_media_bucket.hostname, _media_bucket.path) == (_originals_bucket.hostname, _originals_bucket.path):
        raise ImproperlyConfigured("ORIGINALS_BUCKET_URL must name another bucket: that of MEDIA_BUCKET_URL is public.")
    _bucket_storage = "kiwiguard.bucket.Bucket"
    STORAGES["default"] = {
        "BACKEND": _bucket_storage,
        "OPTIONS": {"address": _buckets["MEDIA_BUCKET_URL"], "base_url": MEDIA_URL},
    }
    STORAGES["originals"] = {"BACKEND": _bucket_storage, "OPTIONS": {"address": _buckets["ORIGINALS_BUCKET_URL"]}}
if DEBUG:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
STATIC_BROTLI = _switch("STATIC_BROTLI", default=False)  # for the build of a deployment: it takes half a minute

# What is taken in, before anything is parsed

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 7_500  # an article with as many sources and key points as an import may make
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o644

# Who may come in

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
with _variable("TRUSTED_PROXIES"):
    TRUSTED_PROXIES = [ipaddress.ip_network(proxy, strict=False) for proxy in env.list("TRUSTED_PROXIES", default=[])]

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "comments.clients.client_address"
AXES_LOCKOUT_CALLABLE = "kiwiguard.error_pages.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# What every answer says to the browser

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([f"{_media.scheme}://{_media.netloc}"] if _media.netloc else [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # kiwiguard.proxies drops it from everyone else
SECURE_SSL_REDIRECT = _is_secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from beside the server, where there is no TLS
SECURE_HSTS_SECONDS = 31_536_000 if _is_secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _is_secure
SECURE_HSTS_PRELOAD = _is_secure
SESSION_COOKIE_SECURE = _is_secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
CSRF_COOKIE_SECURE = _is_secure
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kiwiguard.error_pages.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Mail and what else happens outside a request

MAIL_IS_ON = bool(env.str("EMAIL_URL", default=""))
with _variable("EMAIL_URL"):
    _mail = env.email("EMAIL_URL", default="dummymail://")
if _mail["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    _mail["EMAIL_BACKEND"] = "kiwiguard.smtp.PatientBackend"
vars().update(_mail)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"{SITE_NAME} <noreply@{_site.hostname}>")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
WORKER_INSIDE = _switch("WORKER_INSIDE", default=True)  # the server also works off the tasks
AKISMET_KEY = env.str("AKISMET_KEY", default="")
AKISMET_URL = env.str("AKISMET_URL", default="https://rest.akismet.com/1.1/comment-check")

# Hosts that the link checker may ask though they aren't on the public web, each as `host` or `host:port`
LINK_CHECK_ALLOWED_HOSTS: list[str] = env.list("LINK_CHECK_ALLOWED_HOSTS", default=[])

# Language and time

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = True

# Errors: once, on stderr, without personal data

DEFAULT_EXCEPTION_REPORTER = "kiwiguard.logs.DiscreetReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {
            "()": "kiwiguard.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "discreet"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},  # a 404 is the visitor's affair, not the operator's
        "django.security": {"level": "CRITICAL"},  # likewise a wrong Host
    },
}
