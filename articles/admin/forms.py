"""The forms that staff fill in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from taggit.models import Tag

from articles.admin.widgets import TagInput
from articles.models import Article, Image, KeyPoint, Section, Work
from articles.plain_text import MAX_FILE_BYTES, UnreadableText, decode, parse
from articles.richtext import TextRefused, clean_body, clean_line, render_body
from articles.slugs import slug_from

MAX_TAG_CHARACTERS = 100


class TagsField(forms.Field):
    """Tags by their names; a name that no tag has yet makes a new one."""

    widget = TagInput

    def prepare_value(self, value: Any) -> Any:
        """Return the names to show."""
        return [tag.name if isinstance(tag, Tag) else tag for tag in value or ()]

    def to_python(self, value: Any) -> list[str]:
        """Return the names, each once."""
        names = [clean_line(name) for name in value or ()]
        if any(len(name) > MAX_TAG_CHARACTERS for name in names):
            raise ValidationError(f"A tag has at most {MAX_TAG_CHARACTERS} characters.", code="too_long")
        return list(dict.fromkeys(filter(None, names)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the set of names is another one."""
        return set(self.prepare_value(initial)) != set(data or ())


class ArticleForm(forms.ModelForm[Article]):
    """An article's own fields; its key points and sources are rows below them."""

    tags = TagsField(required=False, help_text="Type to find a tag; Enter or a comma adds a new one.")

    class Meta:
        model = Article
        fields = ("title", "slug", "section", "standfirst", "body", "cover", "tags", "status", "published_at")
        widgets = {
            "standfirst": forms.Textarea(attrs={"rows": 3}),
            "body": forms.Textarea(attrs={"rows": 30}),
        }

    def clean_slug(self) -> str:
        """Take the slug from the title if none was typed."""
        return self.cleaned_data["slug"] or slug_from(clean_line(self.cleaned_data.get("title", "")))

    def clean(self) -> dict[str, Any]:
        """Let what is published without a time be published now."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("status") not in {*Article.UNPUBLISHED, None} and not self.cleaned_data.get("published_at"):
            cleaned["published_at"] = timezone.now()
        return cleaned

    def clean_body(self) -> str:
        """Sanitise the body, or say why it can't be taken."""
        try:
            return clean_body(self.cleaned_data["body"])
        except TextRefused as error:
            raise ValidationError(str(error), code="refused") from error


class KeyPointForm(forms.ModelForm[KeyPoint]):
    """A key point, the passage that says it, and the sources that carry it by their numbers."""

    source_numbers = forms.CharField(
        label="Sources",
        required=False,
        max_length=100,
        help_text="Their numbers in the list below, such as 1, 3.",
    )

    class Meta:
        model = KeyPoint
        fields = ("position", "lead", "text", "source_numbers", "passage")
        widgets = {"text": forms.Textarea(attrs={"rows": 2}), "lead": forms.TextInput(attrs={"size": 40})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            numbers = self.instance.sources.order_by("position").values_list("position", flat=True)
            self.initial["source_numbers"] = ", ".join(map(str, numbers))

    def clean_source_numbers(self) -> list[int]:
        """Return the numbers that were typed, with whatever between them."""
        text: str = self.cleaned_data["source_numbers"]
        if re.search(r"[^\d\s,;\[\]]", text):
            raise ValidationError("Give the numbers of the sources, such as 1, 3.", code="not_numbers")
        return [int(number) for number in re.findall(r"\d{1,4}", text)]


class ImageForm(forms.ModelForm[Image]):
    """A picture to upload, and what must be said of it."""

    upload = forms.FileField(label="File", help_text="JPEG, PNG, WebP or GIF, up to 20 MB and 25 million pixels.")

    class Meta:
        model = Image
        fields = ("upload", "alternative_text", "credit", "focal_x", "focal_y")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["upload"].required = False
            self.fields["upload"].help_text = "Leave it empty to keep the picture."

    def clean(self) -> dict[str, Any]:
        """Read the picture: what isn't one is refused before anything is stored."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("upload"):
            try:
                self.instance.take(cleaned["upload"])
            except ValidationError as error:
                self.add_error("upload", error)
        return cleaned


class PasteForm(forms.Form):
    """An article pasted as plain text."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 24}),
        strip=False,
        help_text="Title, bulleted key points, paragraphs, headings on lines of their own, numbered sources.",
    )
    section = forms.ModelChoiceField(Section.objects.all(), empty_label=None)

    def clean(self) -> dict[str, Any]:
        """Add the parsed `article` and its `rendered` body, or say what can't be read and on which line."""
        cleaned = super().clean() or self.cleaned_data
        if "text" in cleaned:
            try:
                cleaned["article"] = parse(decode(cleaned["text"].encode()[: MAX_FILE_BYTES + 1]))
                body = clean_body(cleaned["article"].body_html())
                cleaned["rendered"] = render_body(body, sources=len(cleaned["article"].sources))
            except (UnreadableText, TextRefused) as error:
                self.add_error("text", str(error))
        return cleaned


class MarkForm(forms.Form):
    """What became of a source."""

    standing = forms.ChoiceField(
        choices=[(standing.value, standing.label) for standing in Work.Standing if standing != Work.Standing.CURRENT],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What happened, in a sentence: readers see it beside every key point that rests on the source.",
    )
