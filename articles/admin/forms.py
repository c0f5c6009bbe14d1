"""The forms that staff fill in."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminURLFieldWidget
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from taggit.models import Tag

from articles.admin.widgets import BodyEditor, TagInput
from articles.citations import cite_by_number
from articles.correcting import is_substantial
from articles.independence import OWN
from articles.models import Article, Image, KeyPoint, Section, Source, TagKey, Work
from articles.models.tagging import MAX_TAG_CHARACTERS
from articles.plain_text import MAX_FILE_BYTES, PlainArticle, UnreadableText, decode, parse
from articles.rendering import CitedSource, Rendered, render_body
from articles.richtext import TextRefused, clean_body, clean_line, taken_out
from articles.slugs import slug_from

MAX_LOCATOR_CHARACTERS = 300
# Other sources that each row offers; of more a script offers them, since they are the square of the list.
MOST_OFFERED = 30
_KEY_POINT_WORDS = re.compile(r"key_points-\d+-(lead|text)")

_LOCATED = re.compile(r"\[?(\d{1,4})\]?(?:\s*:\s*|\s+(?=[^\d\s,;\[\]]))(.+)")


class VisibleField(forms.CharField):
    """Words; those of which nothing could be seen are none."""

    def to_python(self, value: Any) -> str:
        """Return the words."""
        words = super().to_python(value) or ""
        return words if clean_line(words) else ""


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

    def clean(self, value: Any) -> list[str]:
        """Return the names as the tags that there are have them."""
        names = super().clean(value)
        owners = {name: TagKey.objects.owner(name) for name in names}
        return list(dict.fromkeys(owner.name if (owner := owners[name]) else name for name in names))


class ArticleForm(forms.ModelForm[Article]):
    """An article's own fields; its key points and sources are rows below them."""

    tags = TagsField(required=False, help_text="Type to find a tag; Enter or a comma adds a new one.")
    correction_due = forms.ChoiceField(
        label="Correction",
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", "Ask me if the text changes substantially"),
            ("no", "No correction is due: no reader was told anything wrong"),
            ("yes", "A correction is due: save, then take me to it"),
        ],
    )

    class Meta:
        model = Article
        fields = (
            "title", "slug", "section", "standfirst", "body", "cover", "tags", "status", "published_at",
            "embargoed_until", "withdrawal_note",
        )  # fmt: skip
        widgets = {
            "standfirst": forms.Textarea(attrs={"rows": 3}),
            "body": BodyEditor,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.published_text = _text_of(self.instance) if self.instance.is_published else ""

    def clean_slug(self) -> str:
        """Take the slug from the title if none was typed."""
        return self.cleaned_data["slug"] or slug_from(clean_line(self.cleaned_data.get("title", "")))

    def clean(self) -> dict[str, Any]:
        """Let what is published without a time be published now."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("status") not in {*Article.UNPUBLISHED, None} and not self.cleaned_data.get("published_at"):
            cleaned["published_at"] = timezone.now()
        self._keep_embargo(cleaned)
        if "_look_through" in self.data:
            message = "Nothing is saved yet: look through what you typed, then save."
            raise ValidationError(message, code="look_through")
        if self.instance.is_published and self.is_substantial and not cleaned.get("correction_due"):
            question = "This changes a published text substantially. Is a correction due? Choose, and save again."
            self.add_error("correction_due", ValidationError(question, code="correction"))
        return cleaned

    def _keep_embargo(self, cleaned: dict[str, Any]) -> None:
        embargo, at = cleaned.get("embargoed_until"), cleaned.get("published_at")
        if embargo and at and cleaned.get("status") == Article.Status.PUBLISHED and at < embargo:
            message = "It can’t be published before its embargo ends, on %(end)s."
            end = {"end": date_format(timezone.localtime(embargo), "j F Y, H:i")}
            self.add_error("published_at", ValidationError(message, code="embargo", params=end))

    def _save_m2m(self) -> None:
        self.cleaned_data["tags"] = TagKey.objects.tags(self.cleaned_data["tags"])
        super()._save_m2m()  # type: ignore[misc]

    @property
    def is_substantial(self) -> bool:
        """Whether what was typed changes title, standfirst, text or key points so that readers may have to be told."""
        if not self.instance.pk:
            return False
        typed = [self.cleaned_data.get(name, "") for name in ("title", "standfirst", "body")]
        typed += [value for name, value in sorted(self.data.items()) if _KEY_POINT_WORDS.fullmatch(name)]
        return is_substantial(self.published_text, " ".join(map(str, typed)))

    def clean_body(self) -> str:
        """Sanitise the body, or say why it can't be taken."""
        dirty: str = self.cleaned_data["body"]
        try:
            clean = clean_body(dirty)
        except TextRefused as error:
            raise ValidationError(str(error), code="refused") from error
        self.taken_out = taken_out(dirty, clean)
        return clean


def _text_of(article: Article) -> str:
    key_points = article.key_points.values_list("lead", "text")
    return " ".join(
        [article.title, article.standfirst, article.body, *(part for point in key_points for part in point)]
    )


class KeyField(forms.RegexField):
    """The key of a source, made by the page for a row that is new: no change of its own."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[a-z0-9]{1,12}$", **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Leave it to the other fields to tell whether a row was touched."""
        return False


class SourceForm(forms.ModelForm[Source]):
    """A source; its key is made in the form already, so that the text can cite what isn't stored yet."""

    url = forms.URLField(label="URL", required=False, assume_scheme="https", widget=AdminURLFieldWidget)
    archive_url = forms.URLField(label="Archive URL", required=False, assume_scheme="https", widget=AdminURLFieldWidget)
    report_decision = forms.ChoiceField(
        label="Independence", required=False, help_text="Papers that print one agency’s report are one report."
    )
    key = KeyField(required=False)

    class Meta:
        model = Source
        fields = (
            "position", "title", "url", "outlet", "authors", "published_on", "accessed_on", "archive_url",
            "report_decision", "key",
        )  # fmt: skip
        widgets = {"published_on": AdminDateWidget, "accessed_on": AdminDateWidget}

    def __init__(self, *args: Any, stored: Iterable[Source] = (), **kwargs: Any) -> None:
        """Take the sources that are stored, so that no row asks for them anew."""
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = self.instance.key if self.instance.pk else ""
        fixed = [
            ("", f"Automatic (report {self.instance.report})" if self.instance.pk else "Automatic"),
            (OWN, "An independent report of its own"),
        ]
        others = [(it.key, f"The same report as source {it.position}") for it in stored if it.pk != self.instance.pk]
        self.fields["report_decision"].choices = [*fixed, *others]  # type: ignore[attr-defined]
        if len(others) > MOST_OFFERED:
            chosen = self["report_decision"].value()
            self.fields["report_decision"].widget.choices = [*fixed, *(it for it in others if it[0] == chosen)]

    def clean_key(self) -> str:
        """Keep the key of a source that has one."""
        return self.instance.key if self.instance.pk else self.cleaned_data["key"] or self.instance.key


class SourceRows(forms.BaseInlineFormSet[Source, Article, forms.ModelForm[Source]]):
    """The rows of an article's sources."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Let each row know the sources that are stored."""
        return {**super().get_form_kwargs(index), "stored": self.get_queryset()}


class KeyPointForm(forms.ModelForm[KeyPoint]):
    """A key point, the passage that says it, and the sources that carry it by their numbers."""

    source_numbers = forms.CharField(
        label="Sources",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Their numbers in the list below, such as 1, 3; or one on a line with the place in it, such as"
        " 2: page 14, or 3: “the words that say it”.",
    )

    class Meta:
        model = KeyPoint
        fields = ("position", "lead", "text", "source_numbers", "passage")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2}),
            "passage": forms.TextInput(attrs={"class": "vLargeTextField", "list": "passages"}),
            "lead": forms.TextInput(attrs={"size": 40}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            evidence = self.instance.evidence.order_by("source__position").values_list("source__position", "locator")
            self.initial["source_numbers"] = _written(list(evidence))

    def clean_source_numbers(self) -> dict[int, str]:
        """Return what `evidence_in` reads there."""
        return evidence_in(self.cleaned_data["source_numbers"])


def evidence_in(typed: str) -> dict[int, str]:
    """Return the locators by the numbers that were typed, with whatever between them; raises ValidationError."""
    locators: dict[int, str] = {}
    for line in typed.splitlines():
        if located := _LOCATED.fullmatch(line.strip()):
            locators[int(located[1])] = clean_line(located[2])[:MAX_LOCATOR_CHARACTERS]
        elif re.search(r"[^\d\s,;\[\]]", line):
            raise ValidationError("Give the numbers of the sources, such as 1, 3.", code="not_numbers")
        else:
            locators |= {int(number): locators.get(int(number), "") for number in re.findall(r"\d{1,4}", line)}
    return locators


def _written(evidence: list[tuple[int, str]]) -> str:
    """Return evidence as `KeyPointForm` reads it."""
    if any(locator for _, locator in evidence):
        return "\n".join(f"{number}: {locator}" if locator else str(number) for number, locator in evidence)
    return ", ".join(str(number) for number, _ in evidence)


class ImageForm(forms.ModelForm[Image]):
    """A picture to upload, and what must be said of it."""

    upload = forms.FileField(
        label="File",
        help_text="JPEG, PNG, WebP, GIF or AVIF, up to 20 MB and 25 million pixels: drop it here, or choose it.",
    )

    class Meta:
        model = Image
        fields = ("upload", "alternative_text", "credit", "focal_x", "focal_y")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credit"].required = True
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
                cleaned["rendered"] = _as_pages_show(cleaned["article"])
            except (UnreadableText, TextRefused) as error:
                self.add_error("text", str(error))
        return cleaned


def _as_pages_show(article: PlainArticle) -> Rendered:
    cited = {f"s{number}": CitedSource(number, source.title) for number, source in enumerate(article.sources, 1)}
    return render_body(cite_by_number(clean_body(article.body_html()), [*cited]), cited)


class MarkForm(forms.Form):
    """What became of a source."""

    standing = forms.ChoiceField(
        choices=[(standing.value, standing.label) for standing in Work.Standing if standing != Work.Standing.CURRENT],
        widget=forms.RadioSelect,
    )
    note = VisibleField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What happened, in a sentence: readers see it beside every key point that rests on the source.",
    )
