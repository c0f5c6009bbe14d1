"""Tags in the admin: renaming leaves a redirect, merging leaves none behind."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from taggit.models import Tag

from articles.admin.lists import BoundedAdmin
from articles.models import TagKey
from articles.models.tagging import MAX_TAG_CHARACTERS, tag_key
from articles.richtext import clean_line
from articles.tagging import merge, rename, tags_meant

admin.site.unregister(Tag)


class TagForm(forms.ModelForm[Tag]):
    """A tag's name, which no other tag has but for case and spacing, and its address."""

    slug = forms.SlugField(max_length=MAX_TAG_CHARACTERS)  # the model's would take letters that no address has

    class Meta:
        model = Tag
        fields = ("name", "slug")

    def clean_name(self) -> str:
        """Refuse the name of another tag, and one that is none."""
        name = clean_line(self.cleaned_data["name"])
        if not tag_key(name):
            raise ValidationError("A tag needs a letter or another sign in its name.", code="required")
        owner = TagKey.objects.owner(name)
        if owner and owner.pk != self.instance.pk:
            message = "There is a tag “%(name)s” already: merge the two instead."
            raise ValidationError(message, code="taken", params={"name": owner.name})
        return name


class MergeForm(forms.Form):
    """Which of the chosen tags stays."""

    into = forms.ModelChoiceField(Tag.objects.none(), label="Which one stays?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, tags: QuerySet[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = tags  # type: ignore[attr-defined]


@admin.register(Tag)
class TagAdmin(BoundedAdmin[Tag]):
    """Tags."""

    form = TagForm
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("name",)
    searches_first_rows = False
    actions = ("merge_selected",)

    def found(self, request: HttpRequest, rows: QuerySet[Tag], words: str) -> list[int]:
        """Return the keys of the tags that the words may mean."""
        return tags_meant(words)

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store the tag; its former address goes on leading to it."""
        if not change:
            obj.save()  # type: ignore[no-untyped-call]
        rename(obj, name=obj.name, slug=obj.slug)

    @admin.action(description="Merge selected tags", permissions=["change", "delete"])
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Tag]) -> HttpResponse | None:
        """Ask which of the tags stays, and let it take the place of the others."""
        form = MergeForm(request.POST if "into" in request.POST else None, tags=queryset)
        if form.is_valid():
            into, tags = form.cleaned_data["into"], list(queryset)
            moved = merge(tags, into=into)
            self.log_change(request, into, f"Merged {', '.join(tag.name for tag in tags if tag != into)} into it")
            messages.success(request, f"{len(tags) - 1} merged into “{into}”; {moved} articles moved.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Merge tags",
            "opts": self.opts,
            "form": form,
            "tags": queryset,
        }
        return TemplateResponse(request, "admin/taggit/tag/merge.html", context)
