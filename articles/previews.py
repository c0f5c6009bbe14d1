"""Links that show an unpublished article to a colleague without an account."""

from django.core import signing
from django.urls import reverse

from articles.addresses import absolute
from articles.models import Article

LINK_DAYS = 7
_SALT = "articles.preview"


def preview_link(article: Article) -> str:
    """Return the full address of a preview that works for LINK_DAYS days."""
    token = signing.dumps(article.pk, salt=_SALT)
    return absolute(reverse("articles:preview", args=[token]))


def previewed_pk(token: str) -> int:
    """Return the key of the article that a link shows; raises signing.BadSignature if it is forged or too old."""
    return int(signing.loads(token, salt=_SALT, max_age=LINK_DAYS * 24 * 60 * 60))
