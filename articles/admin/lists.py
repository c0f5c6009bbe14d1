"""Lists of staff that cost the same however long they are.

Nothing is counted beyond a bound, and no page is reached by skipping what stands before it: a list goes on from a row,
which its index finds. Every column that a list is ordered by has an index that begins with what narrows it down.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters, ShowFacets
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property

from articles.counting import MOST_COUNTED, Count, count
from articles.ordering import Edge, Order

MOST_SEARCHED = 5_000

Row = TypeVar("Row", bound=Model)


def order_of(names: Sequence[Any]) -> Order:
    """Return the order of a list, told apart by its second name where that is a key, such as `-link__work_id`."""
    first, second = map(str, (*names, "pk")[:2])
    return Order.named(first, second if second.endswith("_id") else "pk")


class BoundedPaginator(Paginator[Any]):
    """Counts to a bound; `is_more` says that there is more."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or MOST_COUNTED if there are more."""
        return self._counted.number

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._counted.is_more

    def page(self, number: int | str) -> Page[Any]:
        """Return a page, found by the last row of the page before it."""
        number, rows = self.validate_number(number), self.object_list
        if number == 1 or not isinstance(rows, QuerySet) or not rows.query.order_by:
            return super().page(number)
        order = order_of(rows.query.order_by)
        edge = order.edge(rows, (number - 1) * self.per_page)
        shown = order.behind(rows, edge).order_by(*order.names)[: self.per_page] if edge else ()
        return self._get_page(shown, number, self)  # type: ignore[attr-defined,no-any-return]

    @cached_property
    def _counted(self) -> Count:
        rows: Any = self.object_list
        return count(rows)


class From(admin.SimpleListFilter):
    """Where a long list goes on: from a row, named by what the list is ordered by and by its key."""

    title = "place in the list"
    parameter_name = "from"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer nothing but where the list is now: its own links lead on."""
        self.order = order_of(model_admin.get_ordering(request))
        value = self.value()
        return [(value, "further on")] if value else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Select what stands behind the row."""
        text, _, key = str(self.value()).rpartition("~")
        field = get_fields_from_path(queryset.model, self.order.column)[-1] if self.order.column != "pk" else None
        try:
            value = field.to_python(text) if field and text else None
            value = timezone.make_aware(value) if isinstance(value, datetime) and timezone.is_naive(value) else value
            return self.order.behind(queryset, Edge(value, int(key[:18])))
        except (ValidationError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error

    @staticmethod
    def value_of(edge: Edge) -> str:
        """Return what names a place in a list in its address."""
        text = edge.value.isoformat() if isinstance(edge.value, datetime) else edge.value
        return f"{'' if text is None else text}~{edge.key}"


class TimeFilter(admin.SimpleListFilter):
    """A field for a year, a month or a day, in place of a list of all that there are."""

    template = "admin/time_filter.html"
    column: str

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return something, so that the field is shown."""
        return [("", "")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return what the form needs: the value, what else is asked, and the address without it."""
        others = {name: value for name, value in changelist.params.items() if name not in {self.parameter_name, "from"}}
        clear = changelist.get_query_string(remove=[self.parameter_name])
        yield {"name": self.parameter_name, "value": self.value() or "", "others": others.items(), "clear": clear}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Select what belongs to that time; what is none selects nothing, and that is told."""
        if not self.value():
            return queryset
        start, end = self._span(str(self.value()))
        if start is None:
            messages.warning(
                request, f"“{self.value()}” is no year such as 2024, month such as 2024-03 or day such as 2024-03-31."
            )
            return queryset.none()
        return queryset.filter(**{f"{self.column}__gte": start, f"{self.column}__lt": end})

    def _span(self, text: str) -> tuple[datetime | None, datetime | None]:
        for form, days in (("%Y-%m-%d", 1), ("%Y-%m", 31), ("%Y", 366)):
            try:
                start = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - made aware below
                end = start + timedelta(days=days)
                end = end if days == 1 else end.replace(day=1)
                # In UTC, as databases are asked: not every day of the calendar has one there.
                return timezone.make_aware(start).astimezone(UTC), timezone.make_aware(end).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        return None, None


def first_rows(rows: QuerySet[Row], order: str) -> QuerySet[Row]:
    """Select the first MOST_SEARCHED rows in an order, as all up to one, so that they can be searched."""
    edge = Order.named(order).edge(rows, MOST_SEARCHED)
    return Order.named(order).until(rows, edge) if edge else rows


class BoundedChangeList(ChangeList):
    """A list that goes on from its last row where counting stopped, and from the last that was searched."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Order as the admin says, whatever the address asks: other orders would have to sort everything."""
        names: Any = self.model_admin.get_ordering(request)
        return names if names[-1].endswith("_id") else self._get_deterministic_ordering(names)  # type: ignore[attr-defined]

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Search among the first rows only, and remember whether there are others."""
        if any("\0" in value for values in self.filter_params.values() for value in values):
            raise IncorrectLookupParameters("A filter holds what PostgreSQL takes in no text.")
        query, self.query = self.query, ""
        rows = super().get_queryset(request, exclude_parameters)
        self.query = query
        self.order = order_of(self.model_admin.get_ordering(request))
        self.last_searched: Edge | None = None
        if not query.strip():
            return rows
        if self.model_admin.searches_first_rows:  # type: ignore[attr-defined]
            self.last_searched = self.order.edge(rows, MOST_SEARCHED)
        return self._found(request, rows, query)

    def _found(self, request: HttpRequest, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """Select the rows that are found, looked up by their keys whatever else narrows the list."""
        searched = self.order.until(rows, self.last_searched) if self.last_searched else rows
        keys = self.model_admin.found(request, searched, query)  # type: ignore[attr-defined]
        is_listed = Exists(rows.filter(pk=OuterRef("pk")).order_by())
        found = self.root_queryset.filter(is_listed, pk__in=keys)
        return self.apply_select_related(found).order_by(*rows.query.order_by)

    @property
    def further(self) -> str:
        """Return the address at which the list goes on, if this is the last page that it has here."""
        last = self.last_searched
        if last is None and self.paginator.is_more and self.page_num == self.paginator.num_pages:
            last = self.order.edge(self.queryset, MOST_COUNTED)
        return self.get_query_string({From.parameter_name: From.value_of(last)}) if last else ""


class BoundedAdmin(admin.ModelAdmin[Row]):
    """Staff's pages of something that there may be millions of."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50
    ordering: ClassVar[Any] = ("-pk",)
    ordering_by: ClassVar[dict[str, tuple[str, ...]]] = {}  # by the filter that is on, what orders the list instead
    searches_first_rows = True  # so that a search can go on with the rows behind them

    class Media:
        css = {"all": ("kiwiguard/css/admin.css",)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that goes on from a row."""
        return BoundedChangeList

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Let the list go on from a row."""
        return (*super().get_list_filter(request), From)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the order that has an index, with the filters that are on."""
        orders = (columns for name, columns in self.ordering_by.items() if request.GET.get(name))
        return next(orders, self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """Select what was found, if anything was looked for."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=self.found(request, first_rows(queryset, self.ordering[0]), search_term)), False

    def found(self, request: HttpRequest, rows: QuerySet[Row], words: str) -> list[Any]:
        """Return the keys of the rows that are found; there are no more rows than MOST_SEARCHED."""
        return self.holding(request, rows, words)

    def holding(self, request: HttpRequest, rows: QuerySet[Row], words: str) -> list[Any]:
        """Return the keys of the rows that hold the words in the columns that are searched."""
        holding, _ = super().get_search_results(request, rows.order_by(), words)
        return list(holding.values_list("pk", flat=True)[: MOST_COUNTED + 1])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead from a page further than is counted to the first, and say how to get there."""
        response = super().changelist_view(request, extra_context)
        if response.status_code == HTTPStatus.FOUND and PAGE_VAR in request.GET and request.method == "GET":
            messages.info(
                request, "That page is too far: narrow the list down, or go on from the end of its last page."
            )
            kept = request.GET.copy()
            del kept[PAGE_VAR]
            return redirect(f"{request.path}?{kept.urlencode()}")
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what would be deleted; if too much hangs on it to be listed, it can't be."""
        if tied := self._tied_to(objs):
            return [], {}, set(), tied
        return super().get_deleted_objects(objs, request)

    def _tied_to(self, objs: Any) -> list[str]:
        keys = [row.pk for row in objs]
        tied = []
        for relation in self.opts.related_objects:
            others = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": keys})  # noqa: SLF001 - Django's
            number = count(others)
            if number.is_more:
                tied.append(f"{number} {relation.related_model._meta.verbose_name_plural}")  # noqa: SLF001 - Django's
        return tied

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:  # type: ignore[override]
        """Let an action on all take no more than were counted."""
        if request.POST.get("select_across", "0") != "0":
            queryset = queryset.filter(pk__in=list(queryset.values_list("pk", flat=True)[:MOST_COUNTED]))
        return super().response_action(request, queryset)
