"""The article form: text, key points, sources, corrections, and the way to publication."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Field, QuerySet
from django.forms import TypedChoiceField
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from taggit.models import Tag

from articles.admin.forms import ArticleForm, KeyPointForm
from articles.admin.paste import paste_article
from articles.links.describing import describe_later
from articles.models import Article, ArticleQuerySet, Author, Byline, Correction, KeyPoint, Source
from articles.previews import LINK_DAYS, preview_link
from articles.staff import staff_user
from articles.views import article_page

TAG_SUGGESTIONS = 20


def _look_url(article: Article) -> str:
    if article.is_published:
        return article.get_absolute_url()
    return reverse("admin:articles_article_preview", args=[article.pk])


class BylineInline(admin.StackedInline[Byline, Article]):
    """The authors, in the order of their names in the byline."""

    model = Byline
    autocomplete_fields = ("author",)
    extra = 0
    verbose_name = "author"
    verbose_name_plural = "byline"


class KeyPointInline(admin.StackedInline[KeyPoint, Article]):
    """The summary on top of the article."""

    model = KeyPoint
    form = KeyPointForm
    fields = ("position", "lead", "text", ("source_numbers", "passage"))
    extra = 0
    classes = ("ordered",)


class SourceInline(admin.StackedInline[Source, Article]):
    """The numbered list of sources."""

    model = Source
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fields = (
        "position",
        "title",
        "url",
        ("outlet", "authors"),
        ("published_on", "accessed_on"),
        "archive_url",
    )
    extra = 0
    classes = ("ordered",)


class CorrectionInline(admin.StackedInline[Correction, Article]):
    """What was changed after publication, and why."""

    model = Correction
    extra = 0


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin[Article]):
    """Where articles are written, reviewed and published."""

    form = ArticleForm
    inlines = (BylineInline, KeyPointInline, SourceInline, CorrectionInline)
    fieldsets = (
        (None, {"fields": ("title", "slug", "section", "standfirst", "cover", "tags")}),
        ("Text", {"fields": ("body",)}),
        ("Publication", {"fields": ("status", "published_at")}),
    )
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("cover",)
    list_display = ("title", "section", "names", "standing", "published_at", "updated_at", "look")
    list_filter = ("status", "section")
    list_select_related = ("section",)
    list_per_page = 50
    search_fields = ("title", "slug")
    date_hierarchy = "published_at"
    ordering = ("-updated_at",)
    show_full_result_count = False
    save_on_top = True
    actions = ("publish_selected", "withdraw_selected")

    class Media:
        css = {"all": ("kiwiguard/css/admin.css",)}
        js = ("kiwiguard/js/ordering.js", "kiwiguard/js/names.js")

    def get_queryset(self, request: HttpRequest) -> ArticleQuerySet:
        """Load a row's byline with it."""
        return super().get_queryset(request).with_card()  # type: ignore[attr-defined,no-any-return]

    @admin.display(description="byline")
    def names(self, article: Article) -> str:
        """Return the authors' names."""
        return ", ".join(author["name"] for author in article.byline)

    @admin.display(description="status", ordering="status")
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
        return () if self.has_publish_permission(request) else ("published_at",)

    def formfield_for_choice_field(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        """Offer a writer only what a writer may choose."""
        if db_field.name == "status" and not self.has_publish_permission(request):
            kwargs["choices"] = [(status.value, status.label) for status in Article.UNPUBLISHED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    # Saving

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store the rows below the article, then make its page match them."""
        super().save_related(request, form, formsets, change)
        article = form.instance
        if not self.has_publish_permission(request):
            Byline.objects.get_or_create(article=article, author=Author.objects.of(staff_user(request)))
        article.settle()
        for formset in formsets:
            if formset.model is KeyPoint:
                self._link_sources(request, formset)
            elif formset.model is Source:
                describe_later([*formset.new_objects, *(source for source, _ in formset.changed_objects)])

    def _link_sources(self, request: HttpRequest, formset: Any) -> None:
        for form in formset.forms:
            if form.instance.pk and "source_numbers" in form.changed_data:
                missing = form.instance.rest_on(form.cleaned_data["source_numbers"])
                for number in missing:
                    messages.warning(request, f"“{form.instance}” names source {number}, which isn't in the list.")

    # Deciding

    @admin.action(description="Publish selected articles", permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: ArticleQuerySet) -> None:
        """Publish what isn't yet."""
        self._decide(request, queryset.exclude(status=Article.Status.PUBLISHED), Article.publish, "published")

    @admin.action(description="Withdraw selected articles", permissions=["publish"])
    def withdraw_selected(self, request: HttpRequest, queryset: ArticleQuerySet) -> None:
        """Take back what was published."""
        self._decide(request, queryset.filter(status=Article.Status.PUBLISHED), Article.withdraw, "withdrawn")

    @transaction.atomic
    def _decide(self, request: HttpRequest, queryset: QuerySet[Article], verb: Any, done: str) -> None:
        articles = list(queryset.defer(None))
        for article in articles:
            verb(article)
            self.log_change(request, article, done.capitalize())
        messages.success(request, f"{len(articles)} {'article' if len(articles) == 1 else 'articles'} {done}.")

    # Pages beside the form

    def get_urls(self) -> list[URLPattern]:
        """Add previews, pasting and tag names to the admin's own pages."""
        view = self.admin_site.admin_view
        own = [
            path("paste/", view(self.paste), name="articles_article_paste"),
            path("tag-names/", view(self.tag_names), name="articles_article_tag_names"),
            path("<int:pk>/preview/", view(self.preview), name="articles_article_preview"),
        ]
        return own + super().get_urls()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the link that lets a colleague see the draft."""
        article = kwargs.get("obj")
        if article is not None and not article.is_published:
            context["preview_link"] = preview_link(article)
            context["preview_days"] = LINK_DAYS
        return super().render_change_form(request, context, *args, **kwargs)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show an article to staff as readers will see it."""
        article = get_object_or_404(Article.objects.with_page(), pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        return article_page(request, article, preview="Only signed-in staff see this page.")

    def tag_names(self, request: HttpRequest) -> JsonResponse:
        """Suggest tags for what was typed so far."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        typed = request.GET.get("term", "")[:100]
        names = (
            Tag.objects.filter(name__icontains=typed).order_by("name").values_list("name", flat=True)[:TAG_SUGGESTIONS]
        )
        results = [{"id": name, "text": name} for name in names]
        return JsonResponse({"results": results, "pagination": {"more": False}})

    def paste(self, request: HttpRequest) -> HttpResponse:
        """Turn pasted plain text into a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return paste_article(request, self)
