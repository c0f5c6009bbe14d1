"""The queue: which replies a tab shows, what a moderator sees beside each, and which belong together."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django import forms
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Substr
from django.http import QueryDict
from django.utils import timezone

from articles.expressions import JSONRows
from articles.models import Article, KeyPoint
from comments.models import Comment, CommentQuerySet, Decision, Report, Rule
from comments.models.queryset import REFUSED, Status

REPLIES_PER_PAGE = 500
EARLIER_SHOWN = 3
FLOOD = 5  # so many from one connection on one page are shown as one
_EXCERPT = 160


class Tab(NamedTuple):
    """A part of the queue: its name in the path, what it is called, and whether the oldest stand first."""

    name: str
    label: str
    is_oldest_first: bool = False


TABS = {
    tab.name: tab
    for tab in (
        Tab("waiting", "Waiting", is_oldest_first=True),
        Tab("remarks", "Remarks"),
        Tab("reported", "Reported"),
        Tab("approved", "Approved"),
        Tab("refused", "Refused"),
        Tab("spam", "Spam"),
    )
}


def replies_in(tab: Tab) -> CommentQuerySet:
    """Select the replies of a tab."""
    replies = Comment.objects.all()
    match tab.name:
        case "waiting":
            return replies.waiting()
        case "remarks":
            return replies.exclude(remark="").filter(status__in=[Status.PENDING, Status.APPROVED])
        case "reported":
            open_reports = Report.objects.filter(comment=OuterRef("pk"), settled_at__isnull=True)
            return replies.filter(Exists(open_reports))
        case "refused":
            return replies.filter(status__in=REFUSED)
        case _:
            return replies.filter(status=tab.name)


class Filters(forms.Form):
    """What narrows a tab down; kept in the query string."""

    AGES = (("", "Any age"), ("1", "Older than an hour"), ("24", "Older than a day"), ("168", "Older than a week"))

    q = forms.CharField(
        label="Search", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    article = forms.ModelChoiceField(Article.objects.none(), required=False, empty_label="Any article")
    rule = forms.ChoiceField(required=False)
    age = forms.ChoiceField(required=False, choices=AGES)

    def __init__(self, data: QueryDict, tab: Tab) -> None:
        super().__init__(data)
        self.tab = tab
        with_replies = replies_in(tab).order_by().values("article")
        articles = Article.objects.filter(pk__in=with_replies).only("title").order_by("title")
        self.fields["article"].queryset = articles  # type: ignore[attr-defined]
        names = [(rule.name, str(rule)) for rule in Rule.objects.all()]
        self.fields["rule"].choices = [("", "Any rule"), *names]  # type: ignore[attr-defined]

    def replies(self) -> CommentQuerySet:
        """Select the tab's replies that match; a filter that makes no sense is left out."""
        self.is_valid()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        found = replies_in(self.tab)
        if "q" in wanted:
            found = found.filter(Q(name__icontains=wanted["q"]) | Q(body__icontains=wanted["q"]))
        if "article" in wanted:
            found = found.filter(article=wanted["article"])
        if "rule" in wanted:
            found = found.filter(findings__rule=wanted["rule"])
        if "age" in wanted:
            found = found.filter(submitted_at__lt=timezone.now() - timedelta(hours=int(wanted["age"])))
        return found

    def query(self) -> str:
        """Return the filters in use as a query string, with its question mark."""
        used = QueryDict(mutable=True)
        for name in self.fields:
            if self.data.get(name):
                used[name] = self.data[name]
        return f"?{used.urlencode()}" if used else ""


@dataclass(frozen=True)
class Group:
    """Replies of one flood, or one reply by itself; the first stands for all."""

    first: Comment
    others: list[Comment]

    @property
    def size(self) -> int:
        """How many replies one decision on the group decides on."""
        return len(self.others) + 1

    @property
    def is_one_text(self) -> bool:
        """Whether all of them say exactly the same, so that approving one is approving all."""
        return all(reply.body == self.first.body for reply in self.others)


@dataclass(frozen=True)
class QueuePage:
    """A page of a tab: the groups in order, the articles they stand under, and how many replies match in all."""

    groups: list[Group]
    articles: list[Article]
    count: int
    has_more: bool


def queue_page(filters: Filters, *, number: int) -> QueuePage:
    """Return a page of the queue, counted from 1, in a fixed number of queries."""
    matching = filters.replies()
    order = ("submitted_at", "pk") if filters.tab.is_oldest_first else ("-submitted_at", "-pk")
    start = (number - 1) * REPLIES_PER_PAGE
    rows = list(_with_context(matching).order_by(*order)[start : start + REPLIES_PER_PAGE + 1])
    shown = rows[:REPLIES_PER_PAGE]
    return QueuePage(
        groups=_grouped(shown),
        articles=list({reply.article_id: reply.article for reply in shown}.values()),
        count=matching.count(),
        has_more=len(rows) > REPLIES_PER_PAGE,
    )


def _with_context(replies: CommentQuerySet) -> Any:
    same_person = (
        Comment.objects.filter(email_fingerprint=OuterRef("email_fingerprint"))
        .exclude(email_fingerprint="")
        .exclude(pk=OuterRef("pk"))
        .order_by("-submitted_at", "-pk")
        .annotate(excerpt=Substr("body", 1, _EXCERPT), at=F("submitted_at"))
    )
    earlier = JSONRows(same_person[:EARLIER_SHOWN], status="status", text="excerpt", pk="pk")
    return (
        replies.select_related("article__section", "parent", "about_key_point", "about_source", "correction")
        .defer("email_encrypted", "email_fingerprint", "submission", "article__body", "article__body_html")
        .annotate(earlier=earlier)
        .prefetch_related(
            "findings",
            Prefetch("article__key_points", KeyPoint.objects.only("lead", "text", "article_id", "position")),
            Prefetch("reports", Report.objects.filter(settled_at__isnull=True)),
            Prefetch("decisions", Decision.objects.select_related("actor").defer("before", "after")),
        )
    )


def _grouped(replies: Iterable[Comment]) -> list[Group]:
    replies = list(replies)
    from_client = Counter(reply.client for reply in replies if reply.client)
    members: dict[str, list[Comment]] = defaultdict(list)
    for reply in replies:
        is_flood = from_client[reply.client] >= FLOOD
        members[reply.client if is_flood else reply.text_digest or str(reply.pk)].append(reply)
    return [Group(group[0], group[1:]) for group in members.values()]
