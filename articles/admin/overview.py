"""The desk: what is in which state, what is scheduled when, and what needs a look although it is published."""

from calendar import Calendar
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from articles.models import Article, ArticleQuerySet, LinkCheck, Work

ARTICLES_IN_A_STATE = 50
RECENTLY = timedelta(days=14)


def show_desk(request: HttpRequest, model_admin: admin.ModelAdmin[Article]) -> HttpResponse:
    """Show the states, the calendar of a month, and what is shaken."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    month = _month(request.GET.get("month", ""))
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Desk",
        "opts": model_admin.opts,
        "states": _states(),
        "shaken": _on_desk(_shaken()),
        "month": month,
        "previous_month": month - timedelta(days=1),
        "next_month": _next(month),
        "weeks": _weeks(month),
    }
    return TemplateResponse(request, "admin/articles/article/overview.html", context)


def _states() -> list[tuple[str, list[Article]]]:
    now = timezone.now()
    by_change, published = Article.objects.order_by("-updated_at"), Article.objects.filter(status="published")
    return [
        ("In review", _on_desk(by_change.filter(status="in_review"))),
        ("Drafts", _on_desk(by_change.filter(status="draft"))),
        ("Scheduled", _on_desk(published.filter(published_at__gt=now).order_by("published_at"))),
        ("Published lately", _on_desk(Article.objects.published().filter(published_at__gt=now - RECENTLY))),
        ("Withdrawn", _on_desk(by_change.filter(status="withdrawn"))),
    ]


def _on_desk(articles: ArticleQuerySet) -> list[Article]:
    return list(articles.with_card().defer("body", "body_html", "headings", "citations")[:ARTICLES_IN_A_STATE])


def _shaken() -> ArticleQuerySet:
    fallen = Q(sources__work__standing__in=[Work.Standing.RETRACTED, Work.Standing.SUPERSEDED])
    gone = Q(sources__work__link__status=LinkCheck.Status.GONE, sources__archive_url="")
    return Article.objects.published().filter(fallen | gone).distinct().latest_first()


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no time zone
    except ValueError:
        return timezone.localdate().replace(day=1)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _weeks(month: date) -> list[list[tuple[date, list[Article]]]]:
    """Return the weeks of a month, each day with what appears on it."""
    days = Calendar().monthdatescalendar(month.year, month.month)
    start = timezone.make_aware(datetime.combine(days[0][0], datetime.min.time()))
    end = timezone.make_aware(datetime.combine(days[-1][-1] + timedelta(days=1), datetime.min.time()))
    shown = Article.objects.filter(status="published", published_at__gte=start, published_at__lt=end)
    by_day: dict[date, list[Article]] = {}
    for article in shown.order_by("published_at").only("title", "published_at", "status"):
        if article.published_at:
            by_day.setdefault(timezone.localtime(article.published_at).date(), []).append(article)
    return [[(day, by_day.get(day, [])) for day in week] for week in days]
