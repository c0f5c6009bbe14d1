"""Signed tokens: each is bound to one purpose, and expires."""

from datetime import timedelta

from django.core import signing
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from comments.models import Comment

FORM_LIFE = timedelta(days=14)  # longer than any cache keeps a page and most people keep a tab
FORM_STEP = timedelta(hours=1)  # a page shows the same token for this long, so that its copies stay equal
OWN_PAGE_LIFE = timedelta(days=90)
_FORM_SALT = "comments.form"
_OWN_PAGE_SALT = "comments.own-page"


def form_token(article: Article) -> str:
    """Return the proof that a reply form was served by this site for this article."""
    hour = int(timezone.now().timestamp() // FORM_STEP.total_seconds())
    return signing.Signer(salt=_FORM_SALT).sign_object([article.pk, hour])


def is_form_token(token: str, article: Article) -> bool:
    """Whether a form came from this site, for this article, and not too long ago."""
    try:
        pk, hour = signing.Signer(salt=_FORM_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return False
    age = timezone.now().timestamp() - hour * FORM_STEP.total_seconds()
    return bool(pk == article.pk and age <= FORM_LIFE.total_seconds())


def own_page_path(comment: Comment) -> str:
    """Return the path of the page where the author of a reply finds it again."""
    return reverse("comments:own-page", args=[signing.dumps(comment.pk, salt=_OWN_PAGE_SALT)])


def owned_comment(token: str) -> Comment:
    """Return the reply that a link to an own page is for; raises Http404 if it is forged or too old."""
    try:
        pk = signing.loads(token, salt=_OWN_PAGE_SALT, max_age=OWN_PAGE_LIFE)
        return Comment.objects.select_related("article__section", "parent").defer(*Comment.PERSONAL).get(pk=pk)
    except (signing.BadSignature, Comment.DoesNotExist) as error:
        raise Http404("This link is not valid, or no longer.") from error
