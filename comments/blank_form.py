"""The empty reply form under an article: the same everywhere but for three things, so it is rendered only once."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.models import Article
from articles.richtext import trusted
from comments import pointing
from comments.forms import CommentForm
from comments.models import Comment
from comments.pointing import Target
from comments.tokens import form_token

# They stand in the rendered form where the token, the address and the parts of the article go.
_TOKEN, _ACTION, _PART = "a-token-goes-here", "an-action-goes-here", "a-part-goes-here"
_OPTION = '<option value="{}">{}</option>'


def blank_form(article: Article, targets: Iterable[Target]) -> SafeString:
    """Return the form for a reply to an article, with the parts that one can point at."""
    parts = format_html_join("", _OPTION, pointing.choices_of(targets))
    action = reverse("comments:reply", args=[article.pk])
    form = _rendered(mail_is_on=settings.MAIL_IS_ON).replace(_TOKEN, form_token(article)).replace(_ACTION, action)
    return trusted(form.replace(format_html(_OPTION, _PART, _PART), parts))


@cache
def _rendered(*, mail_is_on: bool) -> str:
    form = CommentForm(instance=Comment(article=Article()))
    form.initial["token"] = _TOKEN
    form.fields["about"].choices = [pointing.WHOLE, (_PART, _PART)]  # type: ignore[attr-defined]
    context = {"form": form, "post_url": _ACTION, "title": "Leave a reply"}
    return render_to_string("comments/_form.html", context)
