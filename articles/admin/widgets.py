"""Inputs that Django's admin lacks."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteMixin
from django.urls import reverse_lazy
from django_prose_editor.widgets import AdminProseEditorWidget

MENU = ("headings", "lists", "nodes -blockType -lists", "marks", "link", "cite", "table", "history", "utility")
EXTENSIONS = {
    "Menu": {"groups": [{"group": group} for group in MENU]},
    "Heading": {"levels": [2, 3, 4]},
    "Bold": True,
    "Italic": True,
    "Strike": True,
    "Subscript": True,
    "Superscript": True,
    "Code": True,
    "CodeBlock": True,
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Image": True,
    "Figure": {"pickerUrl": "/admin/articles/image/pick/"},
    "Caption": True,
    "Citation": True,
    "Pasting": True,
    "HTML": True,
    "Fullscreen": True,
}


class BodyEditor(AdminProseEditorWidget):
    """The editor of a body: what it makes is what `articles.richtext` allows."""

    def __init__(self) -> None:
        config = {"extensions": EXTENSIONS}
        super().__init__(config=config, preset="configurable", attrs={"rows": 30})  # type: ignore[no-untyped-call]


class TagInput(forms.SelectMultiple):
    """Names of tags with suggestions as one types, by the admin's own Select2."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "class": "admin-autocomplete",
                "data-ajax--url": reverse_lazy("admin:articles_article_tag_names"),
                "data-ajax--cache": "true",
                "data-ajax--delay": "250",
                "data-ajax--type": "GET",
                "data-theme": "admin-autocomplete",
                "data-tags": "true",
                "data-token-separators": '[","]',
                "data-allow-clear": "false",
                "data-placeholder": "",
                "data-app-label": "taggit",
                "data-model-name": "tag",
                "data-field-name": "name",
            }
        )

    @property
    def media(self) -> forms.Media:
        """Return what the admin's autocomplete fields load."""
        return AutocompleteMixin(None, None).media  # type: ignore[arg-type]

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        """Offer what is chosen; the rest is looked up as one types."""
        self.choices = [(chosen, chosen) for chosen in value]
        return super().optgroups(name, value, attrs)
