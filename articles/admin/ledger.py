"""The ledger of sources: what our articles rest on, whether it still stands, and whether it is still there."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from articles.admin.forms import MarkForm
from articles.links.checking import check_work
from articles.models import Evidence, LinkCheck, Source, Work

KEY = re.compile(r"[0-9]{1,18}")
MOST_AT_ONCE = 100
NEWEST_FAILURES = 20


@admin.register(Work)
class WorkAdmin(admin.ModelAdmin[Work]):
    """The ledger. Nothing is written here: sources are written in articles, and decided on by actions."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ("title", "link_status", "state", "dependents", "checked", "archive_copy", "outlet", "host")
    list_filter = ("link__status", "standing")
    list_select_related = ("link",)
    list_per_page = 50
    search_fields = ("title", "outlet", "host", "url")
    show_full_result_count = False
    actions = ("check_selected", "mark_selected", "mark_selected_current")
    change_form_template = "admin/articles/work/change_form.html"

    class Media:
        css = {"all": ("kiwiguard/css/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        """Add the number of articles that cite each, and an archived copy."""
        citing = Source.objects.filter(work=OuterRef("pk")).order_by()
        number = citing.values("work").annotate(n=Count("article", distinct=True)).values("n")
        archived = citing.exclude(archive_url="").values("archive_url")[:1]
        works = super().get_queryset(request).defer("link__fingerprint")
        return works.annotate(articles=Coalesce(Subquery(number), 0), archive_url=Subquery(archived))

    @admin.display(description="standing", ordering="standing")
    def state(self, work: Work) -> str:
        """Return whether it still says what it said, and the note on it."""
        standing = work.get_standing_display()
        return f"{standing}: {work.standing_note}" if work.standing_note else standing

    @admin.display(description="link", ordering="link__status", empty_value="no address")
    def link_status(self, work: Work) -> str | None:
        """Return the health of its address."""
        link = _link_of(work)
        return link.get_status_display() if link else None

    @admin.display(description="last check", ordering="link__checked_at")
    def checked(self, work: Work) -> Any:
        """Return when its address was last looked at."""
        link = _link_of(work)
        return link.checked_at if link else None

    @admin.display(description="archive")
    def archive_copy(self, work: Work) -> str | None:
        """Return a link to an archived copy."""
        url = work.archive_url  # type: ignore[attr-defined]
        hidden = format_html('<span class="visually-hidden"> of {}</span>', work)
        return format_html('<a href="{}" rel="noopener">copy{}</a>', url, hidden) if url else None

    @admin.display(description="articles", ordering="articles")
    def dependents(self, work: Work) -> int:
        """Return how many articles cite it."""
        return work.articles  # type: ignore[attr-defined,no-any-return]

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
        counts = LinkCheck.objects.counts()
        rows = [(status, counts[status.value]) for status in LinkCheck.Status if status.value in counts]
        troubled = LinkCheck.objects.troubled().select_related("work").defer("fingerprint")[:NEWEST_FAILURES]
        return self._page(request, "health.html", title="Link health", counts=rows, troubled=troubled)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show every article and key point that rests on it, and its link's health."""
        work = kwargs["obj"]
        sources = Source.objects.filter(work=work).select_related("article__section")
        evidence = Evidence.objects.filter(source__work=work).select_related("key_point__article")
        context |= {"sources": sources.order_by("article", "position"), "evidence": evidence.order_by("key_point")}
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
