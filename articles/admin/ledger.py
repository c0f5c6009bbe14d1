"""The ledger of sources: what our articles rest on, whether it still stands, and whether it is still there."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from articles.admin.forms import MarkForm
from articles.admin.lists import BoundedAdmin
from articles.counting import MOST_COUNTED
from articles.expressions import JSONRows, begins_with
from articles.links.checking import check_work
from articles.models import Evidence, LinkCheck, Source, Work
from articles.search.query import parse
from articles.search.results import citing

KEY = re.compile(r"[0-9]{1,18}")
MOST_AT_ONCE = 100
NEWEST_FAILURES = 20
MOST_DEPENDENTS = 100  # articles or key points that are counted or listed for one source


class Fallen(admin.SimpleListFilter):
    """What was taken back; nearly all of the others are current."""

    title = "standing"
    parameter_name = "standing__exact"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer what is no longer current."""
        return [(standing.value, standing.label) for standing in Work.Standing if standing != Work.Standing.CURRENT]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Work]) -> QuerySet[Work]:
        """Select what was chosen."""
        return queryset.filter(standing=self.value()) if self.value() in dict(self.lookup_choices) else queryset


@admin.register(Work)
class WorkAdmin(BoundedAdmin[Work]):
    """The ledger. Nothing is written here: sources are written in articles, and decided on by actions."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ("title", "link_status", "state", "dependents", "checked", "archive_copy", "outlet", "host")
    list_filter = ("link__status", Fallen)
    list_select_related = ("link",)
    search_fields = ("title", "outlet", "host", "url")
    search_help_text = "Words of titles and outlets, the beginning of a host, or a whole address."
    ordering = ("-first_cited_at",)
    ordering_by = {"link__status__exact": ("-link__checked_at", "-link__work_id")}
    actions = ("check_selected", "mark_selected", "mark_selected_current")
    change_form_template = "admin/articles/work/change_form.html"

    class Media:
        css = {"all": ("kiwiguard/css/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        """Add the articles that cite each, with their archived copies, up to a number."""
        sources = Source.objects.filter(work=OuterRef("pk")).order_by()[: MOST_DEPENDENTS + 1]
        cited_by = JSONRows(sources, article="article_id", archive="archive_url")
        return super().get_queryset(request).defer("link__fingerprint").annotate(cited_by=cited_by)

    def found(self, request: HttpRequest, rows: QuerySet[Work], words: str) -> list[int]:
        """Return the keys of what holds the words: of the first rows, and of what the newest articles cite."""
        host = Work.objects.filter(begins_with("host", words.strip().casefold()))
        same = Work.objects.at(words.strip()) if "://" in words else host
        cited = Source.objects.filter(article__in=citing(parse(words))).values_list("work", flat=True)
        return [
            *same.order_by().values_list("pk", flat=True)[:MOST_COUNTED],
            *self.holding(request, Work.objects.filter(pk__in=set(cited)), words),
            *super().found(request, rows, words),
        ]

    @admin.display(description="standing")
    def state(self, work: Work) -> str:
        """Return whether it still says what it said, and the note on it."""
        standing = work.get_standing_display()
        return f"{standing}: {work.standing_note}" if work.standing_note else standing

    @admin.display(description="link", empty_value="no address")
    def link_status(self, work: Work) -> str | None:
        """Return the health of its address."""
        link = _link_of(work)
        return link.get_status_display() if link else None

    @admin.display(description="last check")
    def checked(self, work: Work) -> Any:
        """Return when its address was last looked at."""
        link = _link_of(work)
        return link.checked_at if link else None

    @admin.display(description="archive")
    def archive_copy(self, work: Work) -> str | None:
        """Return a link to an archived copy."""
        url = next((row["archive"] for row in work.cited_by if row["archive"]), "")  # type: ignore[attr-defined]
        hidden = format_html('<span class="visually-hidden"> of {}</span>', work)
        return format_html('<a href="{}" rel="noopener">copy{}</a>', url, hidden) if url else None

    @admin.display(description="articles")
    def dependents(self, work: Work) -> str:
        """Return how many articles cite it."""
        count = len({row["article"] for row in work.cited_by})  # type: ignore[attr-defined]
        return f"more than {MOST_DEPENDENTS}" if count > MOST_DEPENDENTS else str(count)

    # Who may do what

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let sources be added in articles alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Work | None = None) -> bool:
        """Let nobody rewrite a row: what it says comes from the articles."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Work | None = None) -> bool:
        """Let nobody take out what articles rest on."""
        return False

    def has_mark_permission(self, request: HttpRequest) -> bool:
        """Let editors say what still stands, and have it checked."""
        return self.has_view_permission(request) and request.user.has_perm("articles.publish_article")

    # Deciding

    @admin.action(description="Check the addresses now", permissions=["mark"])
    def check_selected(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        """Have the selected looked at, in the task queue."""
        works = list(queryset.exclude(url="")[:MOST_AT_ONCE])
        for work in works:
            check_work.enqueue(work.pk)
        messages.success(request, f"{len(works)} to be checked: reload the list in a while.")

    @admin.action(description="Mark as retracted or superseded…", permissions=["mark"])
    def mark_selected(self, request: HttpRequest, queryset: QuerySet[Work]) -> HttpResponse:
        """Ask what became of the selected."""
        keys = list(queryset.values_list("pk", flat=True)[:MOST_AT_ONCE])
        return redirect(f"{reverse('admin:articles_work_mark')}?{urlencode({'work': keys}, doseq=True)}")

    @admin.action(description="Mark as current again", permissions=["mark"])
    def mark_selected_current(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        """Say that the selected hold again."""
        taken_back = queryset.exclude(standing=Work.Standing.CURRENT)[:MOST_AT_ONCE]
        self._mark(request, list(taken_back), Work.Standing.CURRENT, note="")

    def _mark(self, request: HttpRequest, works: list[Work], standing: str, *, note: str) -> None:
        for work in works:
            work.mark(standing, note=note)
            self.log_change(request, work, f"Marked as {standing}. {note}".strip())
        sources = "source is" if len(works) == 1 else "sources are"
        messages.success(request, f"{len(works)} {sources} marked as {standing}.")

    # Pages beside the list

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of marking, accepting and link health."""
        view = self.admin_site.admin_view
        own = [
            path("mark/", view(self.mark), name="articles_work_mark"),
            path("health/", view(self.health), name="articles_work_health"),
            path("<int:pk>/decide/", view(self.decide), name="articles_work_decide"),
        ]
        return own + super().get_urls()

    def mark(self, request: HttpRequest) -> HttpResponse:
        """Ask for the standing and the note, and mark."""
        self._require_mark(request)
        keys = [key for key in request.GET.getlist("work")[:MOST_AT_ONCE] if KEY.fullmatch(key)]
        works = list(Work.objects.filter(pk__in=keys))
        form = MarkForm(request.POST or None)
        if form.is_valid():
            self._mark(request, works, form.cleaned_data["standing"], note=form.cleaned_data["note"])
            return redirect("admin:articles_work_changelist")
        return self._page(request, "mark.html", title="Retracted or superseded", form=form, works=works)

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have one address checked now, or take its page as it is now for what was cited."""
        self._require_mark(request)
        link = LinkCheck.objects.filter(work=pk).first()
        if request.method == "POST" and link:
            if "accept" in request.POST:
                link.accept()
                self.log_change(request, link.work, "Accepted the page as it is now.")
            check_work.enqueue(pk)
            messages.success(request, "It is going to be checked: reload the page in a while.")
        return redirect("admin:articles_work_change", pk)

    def health(self, request: HttpRequest) -> HttpResponse:
        """Show how many addresses are well, and what failed last."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        counts = LinkCheck.objects.counts(up_to=MOST_COUNTED)
        rows = [(status, counts[status.value]) for status in LinkCheck.Status if counts[status.value]]
        troubled = LinkCheck.objects.troubled(NEWEST_FAILURES)
        context = {"counts": rows, "most_counted": MOST_COUNTED, "troubled": troubled}
        return self._page(request, "health.html", title="Link health", **context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the articles and key points that rest on it, the newest, and its link's health."""
        work = kwargs["obj"]
        sources = list(
            Source.objects.filter(work=work).select_related("article").order_by("-pk")[: MOST_DEPENDENTS + 1]
        )
        shown = sources[:MOST_DEPENDENTS]
        evidence = Evidence.objects.filter(source__in=shown).select_related("key_point__article")
        context |= {"sources": shown, "evidence": evidence.order_by("key_point"), "has_more": len(sources) > len(shown)}
        context |= {"link": _link_of(work), "may_mark": self.has_mark_permission(request)}
        return super().render_change_form(request, context, *args, **kwargs)

    def _require_mark(self, request: HttpRequest) -> None:
        if not self.has_mark_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/articles/work/{template}", {**shared, **context})


def _link_of(work: Work) -> LinkCheck | None:
    return getattr(work, "link", None)
