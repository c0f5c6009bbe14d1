"""The queue: which replies a tab shows, what a moderator sees beside each, and which belong together.

A tab is made of runs of replies, each in the order of an index, and a page of it goes on from a reply: it costs the
same however long the queue is, and wherever in it the page is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from heapq import merge
from typing import Any, NamedTuple

from django import forms
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Substr
from django.http import QueryDict

from articles.counting import Count, count
from articles.expressions import JSONRows
from articles.models import Article, KeyPoint
from comments.models import Comment, CommentQuerySet, Decision, Finding, Report, Rule
from comments.models.queryset import REFUSED, Status
from comments.runs import Place, Run

REPLIES_PER_PAGE = 500
MOST_SEARCHED = 2_000  # replies that one page is searched in
MOST_REPORTS = 1_000
EARLIER_SHOWN = 3
FLOOD = 5  # so many from one connection on one page are shown as one
_EXCERPT = 160
_SHOWN = (
    "article__title", "article__slug", "article__section__slug", "parent__name", "parent__body_html", "name", "website",
    "body", "body_html", "text_digest", "status", "submitted_at", "proven_at", "client", "badge", "version",
    "proposed_body", "proposed_at", "about_key_point__position", "about_key_point__lead", "about_key_point__text",
    "about_source__position", "about_source__title", "about_heading", "remark", "correction__is_draft",
)  # fmt: skip


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


def runs_of(tab: Tab) -> list[Run]:
    """Return the runs of replies that make up a tab."""
    replies = Comment.objects.all()
    match tab.name:
        case "waiting":
            return [Run(replies.pending()), Run(replies.edited(), "proposed_at")]
        case "remarks":
            return [
                Run(replies.exclude(remark="").filter(status=status)) for status in (Status.PENDING, Status.APPROVED)
            ]
        case "reported":
            newest = Report.objects.filter(settled_at__isnull=True).order_by("-made_at", "-pk")[:MOST_REPORTS]
            return [Run(replies.filter(pk__in=set(newest.values_list("comment", flat=True))))]
        case "refused":
            return [Run(replies.filter(status=status)) for status in REFUSED]
        case _:
            return [Run(replies.filter(status=tab.name))]


class Filters(forms.Form):
    """What narrows a tab down; kept in the query string."""

    AGES = (("", "Any age"), ("1", "Older than an hour"), ("24", "Older than a day"), ("168", "Older than a week"))

    q = forms.CharField(
        label="Search", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    article = forms.IntegerField(required=False, min_value=1, max_value=10**18, widget=forms.Select)
    rule = forms.ChoiceField(required=False)
    age = forms.ChoiceField(required=False, choices=AGES)

    def __init__(self, data: QueryDict, tab: Tab) -> None:
        super().__init__(data)
        self.tab = tab
        names = [(rule.name, str(rule)) for rule in Rule.objects.all()]
        self.fields["rule"].choices = [("", "Any rule"), *names]  # type: ignore[attr-defined]
        self.is_valid()
        self.wanted = {name: value for name, value in self.cleaned_data.items() if value}  # others make no sense
        self.behind = Place.read(data.get("from", ""))

    def runs(self) -> list[Run]:
        """Return the tab's runs, of an article and of an age alone if that is wanted."""
        article, age = self.wanted.get("article"), self.wanted.get("age")
        return [run.narrowed(article, timedelta(hours=int(age or 0))) for run in runs_of(self.tab)]

    def is_searched(self) -> bool:
        """Whether replies have to be looked at one by one."""
        return "q" in self.wanted or "rule" in self.wanted

    def holding(self, places: Iterable[Place]) -> set[int]:
        """Return the keys of those replies that hold the words that are searched for, and on which the rule fired."""
        found = Comment.objects.filter(pk__in=[place.pk for place in places])
        if "q" in self.wanted:
            found = found.filter(Q(name__icontains=self.wanted["q"]) | Q(body__icontains=self.wanted["q"]))
        if "rule" in self.wanted:
            found = found.filter(Exists(Finding.objects.filter(comment=OuterRef("pk"), rule=self.wanted["rule"])))
        return set(found.order_by().values_list("pk", flat=True))

    def offer(self, articles: Iterable[Article]) -> None:
        """Offer some articles to choose from; any other is chosen by its key in the address."""
        titles = {str(article.pk): article.title for article in articles}
        chosen = self.wanted.get("article")
        if chosen and str(chosen) not in titles:
            titles[str(chosen)] = str(
                Article.objects.filter(pk=chosen).values_list("title", flat=True).first() or chosen
            )
        choices = sorted(titles.items(), key=lambda entry: entry[1])
        self.fields["article"].widget.choices = [("", "Any article"), *choices]

    def query(self, **more: str) -> str:
        """Return the filters in use as a query string, with its question mark."""
        used = QueryDict(mutable=True)
        for name in self.fields:
            if self.data.get(name):
                used[name] = self.data[name]
        for name, value in more.items():
            used[name] = value
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
class Found:
    """The first replies that match, or the first behind a place; how many match; and behind which place to go on."""

    keys: list[int]
    count: Count
    go_on: Place | None


@dataclass(frozen=True)
class QueuePage:
    """A page of a tab: the groups in order, the articles they stand under, how many match, and where it goes on."""

    groups: list[Group]
    articles: list[Article]
    count: Count
    go_on: Place | None


def find(filters: Filters, most: int) -> Found:
    """Return the first replies that match."""
    runs, is_oldest_first = filters.runs(), filters.tab.is_oldest_first
    looked_at = MOST_SEARCHED if filters.is_searched() else most
    in_order = [run.places(looked_at + 1, behind=filters.behind, is_oldest_first=is_oldest_first) for run in runs]
    places = list(merge(*in_order, reverse=not is_oldest_first))
    is_more, places = len(places) > looked_at, places[:looked_at]
    if filters.is_searched():
        holding = filters.holding(places)
        matching = [place for place in places if place.pk in holding]
        number = Count(len(matching), is_more)
    else:
        matching = places
        number = sum((count(run.replies) for run in runs), Count(0))
    shown = matching[:most]
    last = shown[-1] if len(matching) > most else places[-1] if is_more else None
    return Found([place.pk for place in shown], number, last)


def queue_page(filters: Filters) -> QueuePage:
    """Return a page of the queue in a fixed number of queries."""
    found = find(filters, REPLIES_PER_PAGE)
    replies = {reply.pk: reply for reply in _with_context(Comment.objects.filter(pk__in=found.keys))}
    shown = [replies[pk] for pk in found.keys if pk in replies]
    articles = list({reply.article_id: reply.article for reply in shown}.values())
    filters.offer(articles)
    return QueuePage(_grouped(shown), articles, found.count, found.go_on)


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
        .only(*_SHOWN)
        .order_by()
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
