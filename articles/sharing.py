"""Plain links that share an article: no script, nothing loaded from elsewhere, nobody told before the click."""

from typing import TypedDict
from urllib.parse import quote

from articles.addresses import absolute
from articles.models import Article

SERVICES = (
    ("E-mail", "mailto:?subject={title}&body={url}"),
    ("Bluesky", "https://bsky.app/intent/compose?text={title}%20{url}"),
    ("Facebook", "https://www.facebook.com/sharer/sharer.php?u={url}"),
    ("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?url={url}"),
    ("WhatsApp", "https://wa.me/?text={title}%20{url}"),
)


class ShareLink(TypedDict):
    """A service and its address for sharing one article."""

    name: str
    url: str


def share_links(article: Article) -> list[ShareLink]:
    """Return a link for each service."""
    title = quote(article.title, safe="")
    url = quote(absolute(article.get_absolute_url()), safe="")
    return [ShareLink(name=name, url=pattern.format(title=title, url=url)) for name, pattern in SERVICES]
