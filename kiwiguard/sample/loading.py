"""Loading the sample content: the texts by the importer that staff use, the replies by the moderators' own verbs."""

import json
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.importing import Wishes, import_article
from articles.models import Article, Author, Byline, Correction, Image, Section
from articles.plain_text import decode, parse
from comments.models import Comment, CommentQuerySet
from kiwiguard.sample.pictures import draw

FOLDER = Path(__file__).parent
MODERATOR = "sample-moderator"
VERBS = {
    "approved": CommentQuerySet.approve,
    "rejected": CommentQuerySet.reject,
    "spam": CommentQuerySet.mark_spam,
}


@transaction.atomic
def load_sample() -> int:
    """Load sections, authors, articles and replies; return the number of articles, 0 if they are there already."""
    content = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    if Author.objects.filter(slug__in=[author["slug"] for author in content["authors"]]).exists():
        return 0
    for position, section in enumerate(content["sections"], 1):
        Section.objects.get_or_create(slug=section["slug"], defaults={**section, "position": position})
    for author in content["authors"]:
        Author.objects.create(**author)
    moderator, _ = User.objects.get_or_create(username=MODERATOR, defaults={"is_active": False})
    for facts in sorted(content["articles"], key=lambda facts: -facts["days_ago"]):
        article = _load_article(facts)
        for reply in facts["replies"]:
            _load_reply(reply, article, None, moderator)
    return len(content["articles"])


def _load_article(facts: dict[str, Any]) -> Article:
    text = parse(decode((FOLDER / "articles" / facts["file"]).read_bytes()))
    wishes = Wishes(section=Section.objects.get(slug=facts["section"]), tags=facts["tags"])
    article = import_article(text, wishes).article
    article.standfirst = facts["standfirst"]
    article.cover = _draw_cover(facts["cover"]) if facts["cover"] else None
    for author in Author.objects.filter(slug__in=facts["authors"]):
        Byline.objects.create(article=article, author=author)
    _describe_sources(article, facts.get("sources", []))
    _set_status(article, facts)
    for correction in facts["corrections"]:
        Correction(article=article, made_at=_days_ago(correction["days_ago"]), text=correction["text"]).save()
    return article


def _draw_cover(cover: dict[str, str]) -> Image:
    picture = BytesIO(draw(cover["motif"]))
    return Image.objects.from_upload(picture, alternative_text=cover["alternative_text"], credit=cover["credit"])


def _describe_sources(article: Article, descriptions: list[dict[str, str]]) -> None:
    for source, description in zip(article.sources.all(), descriptions, strict=False):
        source.authors = description.get("authors", "")
        source.published_on = _date(description.get("published_on"))
        source.accessed_on = _date(description.get("accessed_on"))
        source.save()


def _set_status(article: Article, facts: dict[str, Any]) -> None:
    if facts["status"] in {"published", "scheduled", "withdrawn"}:
        article.publish(at=_days_ago(facts["days_ago"]))
    if facts["status"] == "withdrawn":
        article.withdraw()
    if facts["status"] == "in_review":
        article.status = Article.Status.IN_REVIEW
        article.save()
    # As if each article had been written when it says: not all today.
    written_at = min(_days_ago(facts["days_ago"]), timezone.now())
    Article.objects.filter(pk=article.pk).update(created_at=written_at, updated_at=written_at)


def _load_reply(facts: dict[str, Any], article: Article, parent: Comment | None, moderator: User) -> None:
    published_at: datetime = article.published_at or timezone.now()
    reply = Comment(
        article=article,
        parent=parent,
        name=facts["name"],
        website=facts["website"],
        body=facts["text"],
        submitted_at=published_at + timedelta(hours=facts["hours_after"]),
    )
    reply.email = facts["email"]
    reply.save()
    if facts["status"] in VERBS:
        VERBS[facts["status"]](Comment.objects.filter(pk=reply.pk), by=moderator)
    for answer in facts["replies"]:
        _load_reply(answer, article, reply, moderator)


def _days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
