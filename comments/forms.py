"""The forms that readers fill in."""

from copy import deepcopy
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from articles.richtext import MAX_REPLY_CHARACTERS, clean_line, clean_text, validate_url
from comments import pointing
from comments.likeness import text_digest
from comments.models import Comment, Report, Subscription
from comments.models.comment import MAX_NAME_CHARACTERS
from comments.personal_data import keyed_digest
from comments.receiving import answer_as_staff, receive
from comments.rules.checks import E_MAIL
from comments.rules.house import House
from comments.rules.submission import Submission
from comments.tokens import FormToken, form_token, read_form_token


class LineField(forms.CharField):
    """One line of text, fit for a page before its length is counted."""

    def to_python(self, value: Any) -> str:
        """Return the line without controls or runs of spaces."""
        return clean_line(super().to_python(value) or "")


class TextField(forms.CharField):
    """Some paragraphs, counted as their author sees them: a line break is one character."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text without controls; one in which nothing could be seen is none."""
        return clean_text(super().to_python(value) or "")


class SharedFields(dict[str, forms.Field]):
    """Fields that all forms of a class share, since none changes them; to copy them takes longer than to check a reply.

    `own` names those that each form has for itself.
    """

    def __init__(self, fields: dict[str, forms.Field], *, own: list[str]) -> None:
        super().__init__(fields)
        self.own = own

    def __deepcopy__(self, memo: Any) -> dict[str, forms.Field]:
        """Return what a form makes of its class's fields."""
        return self | {name: deepcopy(self[name], memo) for name in self.own}


class CommentForm(forms.Form):
    """A reply to an article or to another reply; both are set on the instance, never by the sender.

    It is no ModelForm, which would take longer than all the rest of a reply to check once more, with a query of its
    own, what these fields check and the database's constraints hold.
    """

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
    about = forms.ChoiceField(label="It is about", required=False)
    remark = forms.ChoiceField(label="It says", required=False, choices=[("", "What I think"), *Comment.Remark.choices])
    mail = forms.MultipleChoiceField(
        label="Mail me about",
        required=False,
        choices=Subscription.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    subject = forms.CharField(
        label="Leave this field empty", required=False, widget=forms.TextInput(attrs={"tabindex": "-1"})
    )
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, instance: Comment, is_exact: bool = False, about: str = ""
    ) -> None:
        super().__init__(data)
        self.instance = instance
        self.article = instance.article
        self.served: FormToken | None = None
        self.initial = {**self.initial, "token": partial(form_token, self.article, is_exact=is_exact), "about": about}
        self.fields["about"].choices = partial(pointing.choices, self.article)  # type: ignore[attr-defined]
        if not settings.MAIL_IS_ON:
            del self.fields["mail"]

    def clean_name(self) -> str:
        """Refuse an address where a name belongs: it would be published."""
        name: str = self.cleaned_data["name"]
        if E_MAIL.search(name):
            raise ValidationError(
                "Your name will be published: please don't put an e-mail address here.", code="address"
            )
        return name

    def clean_email(self) -> str:
        """Refuse quoted names: mail programs read them in ways of their own, and might write to somebody else."""
        address: str = self.cleaned_data["email"]
        if '"' in address:
            raise ValidationError("Please give an address without quotation marks.", code="quoted")
        return address

    def clean(self) -> dict[str, Any]:
        """Keep one's own address out of what will be public, and strangers' forms out altogether."""
        cleaned = super().clean() or self.cleaned_data
        self._check_token(cleaned)
        address = cleaned.get("email", "").casefold()
        for field in ("body", "website"):
            if address and address in cleaned.get(field, "").casefold():
                self.add_error(
                    field,
                    ValidationError("This holds your e-mail address, and would be published.", code="address"),
                )
        return cleaned

    def submit(self, *, address: str, house: House) -> Comment:
        """Store the reply that came from a network address and return it; sent again, it is the first one still.

        Raises `comments.limits.TooMany` over a limit.
        """
        reply, sent = self.instance, self.cleaned_data
        for field in ("name", "website", "body", "remark"):
            setattr(reply, field, sent[field])
        reply.email = sent["email"]
        pointing.point(reply, sent["about"])
        words = [str(sent[field]) for field in ("token", "name", "email", "website", "body", "about", "remark")]
        reply.submission = keyed_digest("submission", address, str(reply.article_id), str(reply.parent_id), *words)
        reply.text_digest = text_digest(reply.body)
        submission = Submission(
            reply,
            email=sent["email"],
            address=address,
            sprang_trap=self.served is not None and self.served.is_second_try,
            open_for=timezone.now() - self.served.served_at if self.served and self.served.is_exact else None,
            house=house,
        )
        return receive(submission, wishes=[Subscription.Kind(kind) for kind in sent.get("mail", ())])

    def keep_text(self, message: str) -> None:
        """Show the form again with all that was typed, under a message."""
        self.add_error(None, ValidationError(message, code="again"))

    def _check_token(self, cleaned: dict[str, Any]) -> None:
        self.served = read_form_token(cleaned.get("token", ""), self.article)
        if self.served is None:
            self._renew(token=form_token(self.article))
            self.keep_text("This form was open for too long. Please send it again.")
        elif cleaned.get("subject") and not self.served.is_second_try:
            # A browser's autofill may have done it: a person is asked again, and never shut out.
            self._renew(token=form_token(self.article, is_second_try=True), subject="")
            self.keep_text("A hidden field was filled in, which some browsers do by themselves. Please send it again.")

    def _renew(self, **fields: str) -> None:
        renewed: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        for name, value in fields.items():
            renewed[name] = value
        self.data = renewed


CommentForm.base_fields = SharedFields(CommentForm.base_fields, own=["about"])


class EditForm(forms.ModelForm[Comment]):
    """A new text for a reply that exists."""

    body = TextField(label="The text", max_length=MAX_REPLY_CHARACTERS, widget=forms.Textarea(attrs={"rows": 8}))

    class Meta:
        model = Comment
        fields = ("body",)


class AnswerForm(EditForm):
    """An answer of staff; who writes it and what is answered are set on the instance."""

    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, instance: Comment) -> None:
        super().__init__(data, instance=instance)
        self.initial["token"] = form_token(instance.article, is_exact=True)

    def submit(self, *, may_publish: bool) -> Comment:
        """Store the answer and return it; sent again, it is the first one still."""
        answer, sent = self.instance, self.cleaned_data
        words = (sent["token"], str(answer.staff_id), str(answer.parent_id), sent["body"])
        answer.submission = keyed_digest("answer", *words)
        return answer_as_staff(answer, may_publish=may_publish)


class ReportForm(forms.ModelForm[Report]):
    """A reader's report of a reply."""

    text = LineField(label="Anything a moderator should know", required=False, max_length=500)
    token = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Report
        fields = ("reason", "text")

    def __init__(self, data: QueryDict | None = None, *, comment: Comment) -> None:
        super().__init__(data, instance=Report(comment=comment))
        self.initial["token"] = form_token(comment.article)

    def clean_token(self) -> str:
        """Take only forms that this site served."""
        token: str = self.cleaned_data["token"]
        if read_form_token(token, self.instance.comment.article) is None:
            raise ValidationError("This form was open for too long. Please reload the page.", code="token")
        return token


class LinkForm(forms.Form):
    """Asking for the link to one's replies."""

    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
