"""Signed tokens: each is bound to one purpose and one reply or address, and expires."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from articles.models import Article

if TYPE_CHECKING:
    from comments.models import Comment

FORM_LIFE = timedelta(days=14)  # longer than any cache keeps a page and most people keep a tab
FORM_STEP = timedelta(days=1)  # a cached page shows the same token for this long, so that its copies stay equal
_FORM_SALT = "comments.form"


class Purpose(StrEnum):
    """What a link is good for; a token for one opens nothing else."""

    OWN_PAGE = "own-page"
    ADDRESS = "address"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    MODERATOR_MAIL = "moderator-mail"


LIFE = {
    Purpose.OWN_PAGE: timedelta(days=90),
    Purpose.ADDRESS: timedelta(days=1),
    Purpose.CONFIRM: timedelta(days=1),
    Purpose.UNSUBSCRIBE: timedelta(days=730),
    Purpose.MODERATOR_MAIL: timedelta(days=730),
}


@dataclass(frozen=True)
class FormToken:
    """What a form's token says: when it was served, whether to the second, and whether it is a second try."""

    served_at: datetime
    is_exact: bool
    is_second_try: bool


def form_token(article: Article, *, is_exact: bool = False, is_second_try: bool = False) -> str:
    """Return the proof that a reply form was served by this site for this article."""
    moment = timezone.now().timestamp()
    if not is_exact:
        moment -= moment % FORM_STEP.total_seconds()
    return signing.Signer(salt=_FORM_SALT).sign_object([article.pk, round(moment, 1), is_exact, is_second_try])


def token_end() -> datetime:
    """Return when a page that is made now would show another token than it does."""
    moment, step = timezone.now().timestamp(), FORM_STEP.total_seconds()
    return datetime.fromtimestamp(moment - moment % step + step, tz=UTC)


def read_form_token(token: str, article: Article) -> FormToken | None:
    """Return what a token says; None unless this site made it for this article, and not too long ago."""
    try:
        pk, moment, is_exact, is_second_try = signing.Signer(salt=_FORM_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    served_at = datetime.fromtimestamp(moment, tz=UTC)
    if pk != article.pk or timezone.now() - served_at > FORM_LIFE:
        return None
    return FormToken(served_at, is_exact, is_second_try)


def seal(purpose: Purpose, value: Any) -> str:
    """Return a token for one purpose."""
    return signing.dumps(value, salt=f"comments.{purpose}")


def unseal(purpose: Purpose, token: str) -> Any:
    """Return what was sealed; raises Http404 for a token that is forged, too old or for another purpose."""
    try:
        return signing.loads(token, salt=f"comments.{purpose}", max_age=LIFE[purpose])
    except signing.BadSignature as error:
        raise Http404("This link is not valid, or no longer.") from error


def own_page_path(comment: "Comment") -> str:
    """Return the path of the page where the author of a reply finds it again."""
    return _own_page_of_token().replace("TOKEN", seal(Purpose.OWN_PAGE, comment.pk))


@cache
def _own_page_of_token() -> str:
    """Return such a path with TOKEN in it: Django takes as long to word one as to sign a token."""
    return reverse("comments:own-page", args=["TOKEN"])
