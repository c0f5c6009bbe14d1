"""The form under an article."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict

from articles.richtext import MAX_REPLY_CHARACTERS, clean_line, clean_text, validate_url
from comments.models import Comment
from comments.models.comment import MAX_NAME_CHARACTERS
from comments.personal_data import keyed_digest
from comments.tokens import form_token, is_form_token

_E_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


class LineField(forms.CharField):
    """One line of text, fit for a page before its length is counted."""

    def to_python(self, value: Any) -> str:
        """Return the line without controls or runs of spaces."""
        return clean_line(super().to_python(value) or "")


class TextField(forms.CharField):
    """Some paragraphs, counted as their author sees them: a line break is one character."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text without controls."""
        return clean_text(super().to_python(value) or "")


class CommentForm(forms.ModelForm[Comment]):
    """A reply to an article or to another reply; both are set on the instance, never by the sender."""

    name = LineField(max_length=MAX_NAME_CHARACTERS, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    website = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[validate_url],
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )
    body = TextField(label="Your reply", max_length=MAX_REPLY_CHARACTERS, widget=forms.Textarea(attrs={"rows": 8}))
    token = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Comment
        fields = ("name", "website", "body")

    use_required_attribute = True

    def __init__(self, data: QueryDict | None = None, *, instance: Comment) -> None:
        super().__init__(data, instance=instance)
        self.article = instance.article
        self.initial["token"] = form_token(self.article)

    def clean_name(self) -> str:
        """Refuse an address where a name belongs: it would be published."""
        name: str = self.cleaned_data["name"]
        if _E_MAIL.search(name):
            raise ValidationError(
                "Your name will be published: please don't put an e-mail address here.", code="address"
            )
        return name

    def clean(self) -> dict[str, Any]:
        """Keep one's own address out of what will be public, and strangers' forms out altogether."""
        cleaned = super().clean() or self.cleaned_data
        if not is_form_token(cleaned.get("token", ""), self.article):
            self._renew_token()
            self.add_error(
                None, ValidationError("This form was open for too long. Please send it again.", code="token")
            )
        address = cleaned.get("email", "").casefold()
        for field in ("body", "website"):
            if address and address in cleaned.get(field, "").casefold():
                self.add_error(
                    field,
                    ValidationError("This holds your e-mail address, and would be published.", code="address"),
                )
        return cleaned

    def submit(self, *, client: str) -> Comment:
        """Store the reply and return it; the same form sent again from the same address returns the first one."""
        reply = self.instance
        reply.email = self.cleaned_data["email"]
        sent = [str(self.cleaned_data[field]) for field in ("token", "name", "email", "website", "body")]
        reply.submission = keyed_digest("submission", client, str(reply.article_id), str(reply.parent_id), *sent)
        try:
            with transaction.atomic():
                reply.save()
        except IntegrityError:
            return Comment.objects.get(submission=reply.submission)
        return reply

    def _renew_token(self) -> None:
        self.data = {**self.data.dict(), "token": form_token(self.article)}  # type: ignore[attr-defined]
