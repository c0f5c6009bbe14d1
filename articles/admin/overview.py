"""The desk: what is in which state, what is scheduled when, and what needs a look although it is published."""

from calendar import Calendar
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from articles.expressions import JSONRows, union
from articles.models import Article, ArticleQuerySet, LinkCheck, SearchEntry, Source, Work

ARTICLES_IN_A_STATE = 50
ARTICLES_IN_A_DAY = 8
WORKS_SEEN = 100  # of those that fell, the newest
SOURCES_SEEN = 5  # of each of them, the newest
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
        "most": ARTICLES_IN_A_STATE,
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
    cards = articles.with_card().defer(None).defer("body", "body_html", "headings", "citations")
    return list(cards[:ARTICLES_IN_A_STATE])


def _shaken() -> ArticleQuerySet:
    fallen = [Work.Standing.RETRACTED, Work.Standing.SUPERSEDED]
    works = [_newest_citing(Work.objects.filter(standing=standing).order_by("-first_cited_at")) for standing in fallen]
    gone = LinkCheck.objects.filter(status=LinkCheck.Status.GONE).order_by("-checked_at").values("work")[:WORKS_SEEN]
    works.append(_newest_citing(Work.objects.filter(pk__in=gone), archive_url=""))
    articles = {row["article"] for some in works for cited_by in some for row in cited_by}
    public = SearchEntry.objects.filter(pk__in=articles, published_at__lte=timezone.now()).order_by("-published_at")
    return Article.objects.filter(pk__in=list(public.values_list("pk", flat=True)[:ARTICLES_IN_A_STATE])).latest_first()


def _newest_citing(works: QuerySet[Work], **which: str) -> QuerySet[Work, list[dict[str, int]]]:
    """Return of each of some works the newest articles that cite it."""
    sources = Source.objects.filter(work=OuterRef("pk"), **which).order_by("-pk")
    cited_by = JSONRows(sources[:SOURCES_SEEN], article="article_id")
    return works.annotate(cited_by=cited_by).values_list("cited_by", flat=True)[:WORKS_SEEN]


def _month(text: str) -> date:
    this_month = timezone.localdate().replace(day=1)
    try:
        month = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no time zone
    except ValueError:
        return this_month
    return month if MINYEAR < month.year < MAXYEAR else this_month  # those beside it are shown too


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _weeks(month: date) -> list[list[tuple[date, list[Article], str]]]:
    """Return the weeks of a month, each day with what appears on it; if that is too much, with the list that has it."""
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    days = [day for week in weeks for day in week]
    by_day: dict[date, list[Article]] = {day: [] for day in days}
    for article in Article.objects.raw(*union(_of_day(day) for day in days)):
        by_day[timezone.localdate(article.published_at)].append(article)
    return [[(day, by_day[day][:ARTICLES_IN_A_DAY], _list_of(day, by_day[day])) for day in week] for week in weeks]


def _of_day(day: date) -> QuerySet[Article]:
    start, end = (timezone.make_aware(datetime.combine(at, time.min)) for at in (day, day + timedelta(days=1)))
    shown = Article.objects.filter(status="published", published_at__gte=start, published_at__lt=end)
    return shown.order_by("published_at", "pk").only("title", "published_at", "status")[: ARTICLES_IN_A_DAY + 1]


def _list_of(day: date, articles: list[Article]) -> str:
    """Return the address of the list of a day's month, if the day has more articles than are shown."""
    if len(articles) <= ARTICLES_IN_A_DAY:
        return ""
    return f"{reverse('admin:articles_article_changelist')}?published={day:%Y-%m-%d}"
