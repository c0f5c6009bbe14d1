"""Forms of the admin's own pages."""

from django import forms

from comments import personal_data
from comments.models import Block, Comment
from comments.rules.checks import matching_blocks
from comments.rules.submission import Submission


class TryForm(forms.Form):
    """What to try the list of blocks on."""

    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4}))
    email = forms.EmailField(label="E-mail address", required=False)
    address = forms.GenericIPAddressField(label="Network address", required=False)

    def matches(self) -> list[tuple[Block, str]]:
        """Return the blocks that match, each with what matched."""
        email = self.cleaned_data["email"]
        reply = Comment(body=self.cleaned_data["text"])
        reply.email_fingerprint = personal_data.fingerprint(email) if email else ""
        return matching_blocks(Submission(reply, email=email, address=self.cleaned_data["address"]))
