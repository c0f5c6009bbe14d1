"""Nothing typed is lost: not in a crash, and not when two people save the same article."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from articles.admin.forms import evidence_in
from articles.admin.rows import fitted
from articles.differing import differences
from articles.models import Article, Autosave, Presence
from articles.models.states import SOURCE_FACTS
from articles.richtext import TextRefused, clean_body
from articles.staff import staff_user

MAX_FIELDS_BYTES = 1_500_000
PRESENT = timedelta(seconds=75)
OPENED, LOOK_THROUGH, OVERWRITE = "opened_version", "_look_through", "_overwrite"
NOT_CONTENT = frozenset({"csrfmiddlewaretoken", "_save", "_continue", "_addanother", OPENED, LOOK_THROUGH, OVERWRITE})


def newest_number(article: Article) -> int:
    """Return the number of the article's newest version, 0 if it has none; a form carries it."""
    return article.versions.values_list("number", flat=True).first() or 0


# Two who save


def read_again(request: HttpRequest, model_admin: admin.ModelAdmin[Article], pk: int) -> Article:
    """Return an article in its turn, to be changed: what somebody else did since it was looked at stays done.

    Raises PermissionDenied if that took it from whoever asks.
    """
    article = get_object_or_404(Article.objects.locked().select_related("section"), pk=pk)
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    return article


def conflict(request: HttpRequest, article: Article, context: dict[str, Any]) -> HttpResponse | None:
    """Return the page that shows both versions if somebody saved since this form was opened; None if nobody did."""
    opened = request.POST.get(OPENED, "")
    if not opened.isdecimal() or LOOK_THROUGH in request.POST:
        return None
    newest = article.versions.select_related("by").first()
    if newest is None or int(opened[:9]) >= newest.number:
        return None
    # A form opened before there was any version began with what the first one kept.
    base = article.versions.filter(number=max(int(opened[:9]), 1)).first() or newest
    mine = {**base.state, **_typed(request.POST)}
    context |= {
        "article": article,
        "newest": newest,
        "theirs": differences(base.state, newest.state),
        "mine": differences(base.state, mine),
        "fields": [
            (name, value) for name, values in request.POST.lists() for value in values if name not in NOT_CONTENT
        ],
        "title": "Two people saved",
    }
    return TemplateResponse(request, "admin/articles/article/conflict.html", context, status=409)


def fit_rows(request: HttpRequest, article: Article) -> None:
    """Let a form go over what others saved, or be looked through, though they took rows out or put some in."""
    if OVERWRITE in request.POST or LOOK_THROUGH in request.POST:
        request.POST = fitted(request.POST, article, only_these=OVERWRITE in request.POST)  # type: ignore[assignment]


def _typed(data: QueryDict) -> dict[str, Any]:
    """Return the part of an article's state that a form holds."""
    try:
        body = clean_body(data.get("body", ""))
    except TextRefused:
        body = ""
    sources = [{name: row.get(name, "") for name in SOURCE_FACTS} for row in _rows(data, "sources")]
    points = [
        {
            **{name: row.get(name, "") for name in ("lead", "text", "passage")},
            "support": _support(row.get("source_numbers", ""), sources),
        }
        for row in _rows(data, "key_points")
    ]
    texts = {name: data.get(name, "") for name in ("title", "standfirst")}
    return {**texts, "body": body, "tags": sorted(data.getlist("tags")), "key_points": points, "sources": sources}


def _support(typed: str, sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        numbers = evidence_in(typed)
    except ValidationError:
        return []
    return [{"source": sources[number - 1]["key"]} for number in sorted(numbers) if 0 < number <= len(sources)]


def _rows(data: QueryDict, prefix: str) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for name, value in data.items():
        start, _, field = name.rpartition("-")
        if start.startswith(f"{prefix}-") and start.removeprefix(f"{prefix}-").isdecimal():
            rows.setdefault(start, {})[field] = value
    kept = (row for row in rows.values() if "DELETE" not in row and (row.get("text") or row.get("title")))
    return sorted(kept, key=lambda row: int(row.get("position") or 0) if str(row.get("position")).isdecimal() else 0)


# What was typed and not saved


def autosave(request: HttpRequest, model_admin: admin.ModelAdmin[Article]) -> HttpResponse:
    """Keep what is typed, and tell who else has the article open; who is leaving has it open no more."""
    pk = request.POST.get("article", "")
    article = get_object_or_404(Article, pk=pk) if pk.isdecimal() else None
    may = model_admin.has_change_permission(request, article) if article else model_admin.has_add_permission(request)
    if request.method != "POST" or not may:
        raise PermissionDenied
    user = staff_user(request)
    answer: dict[str, Any] = {"others": others(article, user)}
    if "leave" in request.POST:
        Presence.objects.filter(article=article, user=user).delete()
    elif article:
        Presence.objects.update_or_create(article=article, user=user)
    if "fields" in request.POST:
        fields = _read_fields(request.POST["fields"])
        if fields is None:
            return JsonResponse({"error": "This can’t be kept: it is too large or not readable."}, status=400)
        if _is_late(fields, article, user):
            return JsonResponse(answer)
        with transaction.atomic():
            kept, _ = Autosave.objects.update_or_create(user=user, article=article, defaults={"fields": fields})
        answer["saved_at"] = f"{timezone.localtime(kept.saved_at):%H:%M:%S}"
    return JsonResponse(answer)


def _is_late(fields: dict[str, list[str]], article: Article | None, user: Any) -> bool:
    """Whether it was typed before the same person saved the form, and arrives after that."""
    opened = fields.pop(OPENED, [""])[-1]
    return (
        article is not None
        and opened.isdecimal()
        and article.versions.filter(by=user, number__gt=int(opened[:9])).exists()
    )


def _read_fields(text: str) -> dict[str, list[str]] | None:
    if len(text) > MAX_FIELDS_BYTES:
        return None
    try:
        pairs = json.loads(text)
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            if str(name) not in NOT_CONTENT - {OPENED}:
                fields.setdefault(_storable(name), []).append(_storable(value))
    except (ValueError, TypeError, RecursionError):
        return None
    return fields


def _storable(typed: Any) -> str:
    """Return a text without what PostgreSQL takes in none: NUL, and halves of characters."""
    return str(typed).replace("\0", "").encode(errors="ignore").decode()


def kept_draft(request: HttpRequest, article: Article | None) -> Autosave | None:
    """Return what this member of staff typed into this form and never saved."""
    return Autosave.objects.filter(user=staff_user(request), article=article).first()


def forget_draft(request: HttpRequest, article: Article | None) -> None:
    """Forget what was typed: it is saved, or not wanted."""
    Autosave.objects.filter(user=staff_user(request), article=article).delete()


def fill_in(request: HttpRequest, draft: Autosave, opened: int) -> None:
    """Make a request send what was typed, with the wish to look through it before it is saved."""
    request.FILES  # noqa: B018 - Django reads files and fields together: read later, they would empty the fields
    request.POST = _recovered(draft, opened)  # type: ignore[assignment]
    request.method = "POST"


def _recovered(draft: Autosave, opened: int) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        data.setlist(name, values)
    data[LOOK_THROUGH] = "1"
    data[OPENED] = str(opened)
    return data


# Who else is here


def others(article: Article | None, user: Any) -> list[dict[str, str]]:
    """Return who else has the article open: names, since when and when last."""
    if article is None:
        return []
    present = Presence.objects.filter(article=article, seen_at__gt=timezone.now() - PRESENT).exclude(user=user)
    return [
        {
            "name": presence.user.get_full_name() or presence.user.get_username().partition("@")[0],
            "since": f"{timezone.localtime(presence.since):%H:%M}",
        }
        for presence in present.select_related("user")
    ]


def enter(request: HttpRequest, article: Article) -> None:
    """Remember that somebody opened the form."""
    Presence.objects.update_or_create(article=article, user=staff_user(request))


def forget_old() -> None:
    """Delete drafts and presences that nobody will come back to."""
    Autosave.objects.filter(saved_at__lt=timezone.now() - timedelta(days=30)).delete()
    Presence.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()
