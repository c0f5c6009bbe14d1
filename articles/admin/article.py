"""The article form: text, key points, sources, corrections, and the way to publication."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Field, QuerySet
from django.forms import TypedChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from js_asset.media import Media

from articles.admin import safe_saving
from articles.admin.correcting import correct_article
from articles.admin.forms import ArticleForm
from articles.admin.history import restore_version, show_history
from articles.admin.inlines import BylineInline, CorrectionInline, KeyPointInline, SourceInline
from articles.admin.lists import BoundedAdmin, TimeFilter, first_rows
from articles.admin.looking import preview_article, tag_names
from articles.admin.overview import show_desk
from articles.admin.paste import paste_article
from articles.admin.paste_sources import paste_sources
from articles.admin.publishing import PUBLISH, VERBS, WITHDRAW, change_status, open_desk
from articles.admin.suggesting import suggest_key_points
from articles.checking import check
from articles.links.describing import describe_later
from articles.models import Article, ArticleQuerySet, Author, Byline, DeskEntry, KeyPoint, Source
from articles.passages import blocks_of
from articles.previews import LINK_DAYS, preview_link
from articles.search.query import parse
from articles.search.results import Wishes, best
from articles.staff import staff_user
from articles.tagging import suggest_tags

# Of the one style sheet that the editor writes into the page; a browser test fails when a new version changes it.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
MOST_FOUND = 200  # of the published articles that a search finds, the best


def _look_url(article: Article) -> str:
    if article.is_published:
        return article.get_absolute_url()
    return reverse("admin:articles_article_preview", args=[article.pk])


class PublishedIn(TimeFilter):
    """A field for the time of publication."""

    title = "time of publication"
    parameter_name = "published"
    column = "published_at"


@admin.register(Article)
class ArticleAdmin(BoundedAdmin[Article]):
    """Where articles are written, reviewed and published."""

    form = ArticleForm
    inlines = (BylineInline, KeyPointInline, SourceInline, CorrectionInline)
    fieldsets = (
        (None, {"fields": ("title", "slug", "section", "standfirst", "cover", "tags")}),
        ("Text", {"fields": ("body",)}),
        ("Publication", {"fields": ("status", "published_at", "embargoed_until", "withdrawal_note")}),
    )
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("cover",)
    list_display = ("title", "section", "names", "standing", "published_at", "updated_at", "look")
    list_filter = ("status", "section", PublishedIn)
    list_select_related = ("section",)
    search_fields = ("title", "slug")
    search_help_text = "Words of titles, key points and texts, as readers search; of what isn’t published, of titles."
    ordering = ("-updated_at",)
    searches_first_rows = False
    ordering_by = {PublishedIn.parameter_name: ("-published_at",)}
    save_on_top = True
    actions = ("publish_selected", "withdraw_selected")

    class Media:
        css = {"all": ("kiwiguard/css/admin.css",)}
        js = (
            "kiwiguard/js/ordering.js",
            "kiwiguard/js/names.js",
            "kiwiguard/js/autosave.js",
            "kiwiguard/js/tags.js",
            "kiwiguard/js/reports.js",
        )

    def get_queryset(self, request: HttpRequest) -> ArticleQuerySet:
        """Load a row's byline with it."""
        articles: ArticleQuerySet = super().get_queryset(request).with_card()  # type: ignore[attr-defined]
        return articles.select_related(None).select_related("section")

    def found(self, request: HttpRequest, rows: QuerySet[Article], words: str) -> list[int]:
        """Return the keys of the published articles that readers would find, and of others by their titles."""
        keys = best(parse(words), Wishes())[0][:MOST_FOUND]
        to_come = Article.objects.filter(status=Article.Status.PUBLISHED, published_at__gt=timezone.now())
        keys += self.holding(request, first_rows(to_come, "-published_at"), words)
        for status in (*Article.UNPUBLISHED, Article.Status.WITHDRAWN):
            keys += self.holding(request, first_rows(Article.objects.filter(status=status), "-updated_at"), words)
        return keys

    @admin.display(description="byline")
    def names(self, article: Article) -> str:
        """Return the authors' names."""
        return ", ".join(author["name"] for author in article.byline)

    @admin.display(description="status")
    def standing(self, article: Article) -> str:
        """Return the status, as staff speak of it."""
        return "Scheduled" if article.is_scheduled else article.get_status_display()

    @admin.display(description="look")
    def look(self, article: Article) -> str:
        """Return a link to what readers see, or will see."""
        word = "View" if article.is_published else "Preview"
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>', _look_url(article), word, article
        )

    def view_on_site(self, article: Article) -> str:
        """Lead to the article, or to its preview."""
        return _look_url(article)

    # Who may do what

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Let editors change everything, and writers their own unpublished work."""
        if obj is None:
            return super().has_change_permission(request)
        return Article.objects.editable_by(request.user).filter(pk=obj.pk).exists()

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Let editors publish, schedule and withdraw."""
        return request.user.has_perm("articles.publish_article")

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> tuple[str, ...]:
        """Leave the time of publication to those who publish."""
        return () if self.has_publish_permission(request) else ("published_at", "embargoed_until", "withdrawal_note")

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        """Ask about corrections where there are readers who have read the text."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and obj.is_published and self.has_change_permission(request, obj):
            return (*fieldsets, ("When a published text changes", {"fields": ("correction_due",)}))
        return fieldsets

    def formfield_for_choice_field(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        """Offer a writer only what a writer may choose."""
        if db_field.name == "status" and not self.has_publish_permission(request):
            kwargs["choices"] = [(status.value, status.label) for status in Article.UNPUBLISHED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    # Saving

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store the article; whether it is published is decided once its key points and sources are stored too."""
        status = Article.Status(obj.status)
        before = Article.Status(form.initial.get("status", Article.Status.DRAFT))
        if change:
            former = Article.objects.get(pk=obj.pk)
            former.versions.keep(former, by=None, comment="As it was before")
        obj.wished_status = None  # type: ignore[attr-defined]
        if status != before:
            obj.status = before
            obj.wished_status = status  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store the rows below the article, then make its page match them."""
        super().save_related(request, form, formsets, change)
        article = form.instance
        if form.taken_out:
            messages.warning(
                request, f"Taken out of the text, since no page of ours has it: {', '.join(form.taken_out)}"
            )
        if not self.has_publish_permission(request):
            Byline.objects.get_or_create(article=article, author=Author.objects.of(staff_user(request)))
        article.settle()
        for formset in formsets:
            if formset.model is KeyPoint:
                self._link_sources(request, formset)
            elif formset.model is Source:
                describe_later([*formset.new_objects, *(source for source, _ in formset.changed_objects)])
        article.settle()
        article.versions.keep(article, by=staff_user(request))
        safe_saving.forget_draft(request, article if change else None)
        self._grant(request, article)
        if form.cleaned_data.get("correction_due") == "no" and form.is_substantial:
            article.desk_entries.create(kind=DeskEntry.Kind.CHANGED, by=staff_user(request))

    def _grant(self, request: HttpRequest, article: Any) -> None:
        if article.wished_status == Article.Status.PUBLISHED and not article.findings:
            article.publish(by=staff_user(request))
            article.wished_status = None
        elif article.wished_status not in {None, Article.Status.PUBLISHED}:
            change_status(article, article.wished_status, by=staff_user(request))
            article.wished_status = None

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """Ask before what has open findings is published, or for the correction that is due."""
        usual = super().response_change(request, obj)
        return self._question(request, obj) or usual

    def response_add(self, request: HttpRequest, obj: Article, post_url_continue: str | None = None) -> HttpResponse:
        """Ask before what has open findings is published."""
        usual = super().response_add(request, obj, post_url_continue)
        return self._question(request, obj) or usual

    def _question(self, request: HttpRequest, article: Any) -> HttpResponse | None:
        if article.wished_status == Article.Status.PUBLISHED:
            messages.warning(request, "It is saved and not published yet: look at what is open, then publish it here.")
            return redirect("admin:articles_article_desk", article.pk)
        if request.POST.get("correction_due") == "yes":
            return redirect("admin:articles_article_correct", article.pk)
        return None

    def _link_sources(self, request: HttpRequest, formset: Any) -> None:
        for form in formset.forms:
            if form.instance.pk and "source_numbers" in form.changed_data:
                locators = form.cleaned_data["source_numbers"]
                missing = form.instance.rest_on(locators, locators)
                for number in missing:
                    messages.warning(request, f"“{form.instance}” names source {number}, which isn't in the list.")

    # Deciding

    @admin.action(description="Publish selected articles", permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: ArticleQuerySet) -> None:
        """Publish what isn't yet; what has open findings is left for its own page, where they are seen."""
        self._decide(request, queryset, PUBLISH, "published")

    @admin.action(description="Withdraw selected articles", permissions=["publish"])
    def withdraw_selected(self, request: HttpRequest, queryset: ArticleQuerySet) -> None:
        """Take back what was published."""
        self._decide(request, queryset, WITHDRAW, "withdrawn")

    def _decide(self, request: HttpRequest, articles: ArticleQuerySet, verb: str, done: str) -> None:
        """Decide on one after the other, each on its own: whoever else writes waits for one of them, not for all."""
        keys = list(articles.values_list("pk", flat=True))
        count = sum(self._decide_on(request, pk, verb, done) for pk in keys)
        messages.success(request, f"{count} {'article' if count == 1 else 'articles'} {done}.")
        if left := len(keys) - count:
            messages.warning(request, f"{left} {'article is' if left == 1 else 'articles are'} left as found.")

    @transaction.atomic
    def _decide_on(self, request: HttpRequest, pk: int, verb: str, done: str) -> bool:
        article = Article.objects.editable_by(request.user).locked().filter(pk=pk).first()
        if article is None or verb not in VERBS[Article.Status(article.status)]:
            return False
        if verb == PUBLISH and article.findings:
            page = reverse("admin:articles_article_desk", args=[article.pk])
            words = "“{}” has open findings: <a href='{}'>look at them and publish it there</a>."
            messages.warning(request, format_html(words, article, page))
            return False
        getattr(article, verb)(by=staff_user(request))
        self.log_change(request, article, done.capitalize())
        return True

    # Pages beside the form

    @method_decorator(csp_update({"style-src": [EDITOR_STYLE]}))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Let the editor's own style sheet through, and nothing typed be lost."""
        if request.method == "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        draft = safe_saving.kept_draft(request, self.get_object(request, object_id or "") if object_id else None)
        if draft and "recover" in request.GET:
            safe_saving.fill_in(request, draft, self._opened(draft.article))
            with transaction.atomic():
                return self._changeform_view(request, object_id, form_url, extra_context)
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), "draft": draft})

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
    ) -> HttpResponse:
        """Stop before anything is stored if somebody else stored something since the form was opened."""
        if request.method == "POST":
            locked = Article.objects.locked().filter(pk=object_id) if object_id else ()
            article = next(iter(locked), None)
            if "_forget_draft" in request.POST:
                safe_saving.forget_draft(request, article)
                return redirect(request.path)
            if article and self.has_change_permission(request, article):
                context = {**self.admin_site.each_context(request), "opts": self.opts}
                if question := safe_saving.conflict(request, article, context):
                    return question
                safe_saving.fit_rows(request, article)
        return super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc,no-any-return]

    def _opened(self, article: Article | None) -> int:
        return safe_saving.newest_number(article) if article else 0

    def get_urls(self) -> list[URLPattern]:
        """Add the pages beside the form; each looks itself at who may see it."""
        own = [
            self._page("paste/", paste_article, "paste"),
            self._page("tag-names/", tag_names, "tag_names"),
            self._page("desk/", show_desk, "overview"),
            self._page("autosave/", safe_saving.autosave, "autosave"),
            self._page("<int:pk>/preview/", preview_article, "preview"),
            self._page("<int:pk>/desk/", open_desk, "desk"),
            self._page("<int:pk>/correct/", correct_article, "correct"),
            self._page("<int:pk>/suggest-key-points/", suggest_key_points, "suggest"),
            self._page("<int:pk>/paste-sources/", paste_sources, "paste_sources"),
            self._page("<int:pk>/history/", show_history, "history"),
            self._page("<int:pk>/restore/<int:number>/", restore_version, "restore"),
        ]
        return own + super().get_urls()

    def _page(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        def page(request: HttpRequest, **wanted: int) -> HttpResponse:
            return view(request, self, **wanted)

        return path(route, self.admin_site.admin_view(page), name=f"articles_article_{name}")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the link that lets a colleague see the draft."""
        article = kwargs.get("obj")
        if article is not None and not article.is_published:
            context["preview_link"] = preview_link(article)
            context["preview_days"] = LINK_DAYS
        context["tag_suggestions"] = suggest_tags(article) if article is not None else []
        context["findings"] = check(article) if article is not None else []
        context["opened_version"] = self._opened(article)
        if article is not None and request.method == "GET":
            context["others"] = safe_saving.others(article, request.user)
            safe_saving.enter(request, article)
        context["passages"] = blocks_of(article.body_html) if article is not None else []
        # The browser runs the editor's import map only with this page's nonce.
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)  # type: ignore[attr-defined,no-untyped-call]
        return super().render_change_form(request, context, *args, **kwargs)
