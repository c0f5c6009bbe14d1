"""The rows below an article's own fields."""

from django.contrib import admin

from articles.admin.forms import KeyPointForm, SourceForm, SourceRows
from articles.models import Article, Byline, Correction, KeyPoint, Source


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
    form = SourceForm
    formset = SourceRows
    fields = (
        "position",
        "title",
        "url",
        ("outlet", "authors"),
        ("published_on", "accessed_on"),
        ("archive_url", "report_decision"),
        "key",
    )
    extra = 0
    classes = ("ordered",)


class CorrectionInline(admin.StackedInline[Correction, Article]):
    """What was changed after publication, and why."""

    model = Correction
    extra = 0
