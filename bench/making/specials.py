"""What every paper has once, whatever its size: the article that is measured, and two long discussions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.html import escape

from articles.models import Article, Byline, KeyPoint, TagKey
from articles.models.mark import mark_anew
from articles.preparing import prepare
from bench.making.moulds import READERS, Cast, paragraphs, source_of
from comments.models import Comment, Tally
from comments.models.queryset import shown_text

WORDS, KEY_POINTS, SOURCES, REPLIES = 700, 4, 3, 30
TITLE = "How eleven thousand people came to hold a veto in the sky"
STANDFIRST = "A treaty divides the orbits above the ocean, and its smallest signature may matter most."
SMALL_THREAD, LARGE_THREAD = 200, 20_000
APART = timedelta(seconds=1)


@transaction.atomic
def make_measured_article(cast: Cast) -> Article:
    """Make an article of 700 words with 4 key points, 3 sources and 30 replies in threads."""
    prose = cycle(paragraphs())
    article = _published(cast, TITLE, _body(prose))
    for position in range(1, SOURCES + 1):
        source = source_of(f"measured-{position}")
        source.article, source.position = article, position
        source.save()
    for position, text in enumerate(islice(prose, KEY_POINTS), 1):
        sentence = f"{text.partition('. ')[0].rstrip('.')}."
        point = KeyPoint(article=article, position=position, lead=f"Point {position}", text=sentence)
        point.save()
        point.rest_on([1 + position % SOURCES])
    article.settle()
    _answer(article, prose, cast)
    prepare(article.pk)
    return article


@transaction.atomic
def make_discussed_article(cast: Cast, replies: int) -> Article:
    """Make an article with so many replies: half of them in the first thread, the rest in pairs."""
    article = _published(cast, f"The article with {replies} replies", "<p>It has them.</p>")
    stored: Any = models.QuerySet(Comment)  # past the model, which would account for each
    at = timezone.now() - timedelta(hours=8)
    long = replies // 2
    roots = [_reply(article, at)] + [_reply(article, at + n * APART) for n in range(1, (replies - long) // 2 + 1)]
    roots[0].visible_answers = long - 1
    for root in roots[1:]:
        root.visible_answers = 1
    stored.bulk_create(roots, batch_size=1_000)
    answered = [roots[0]] * (long - 1) + roots[1:]
    later = at + len(roots) * APART
    answers = [_reply(article, later + n * APART, parent) for n, parent in enumerate(answered)]
    stored.bulk_create(answers, batch_size=1_000)
    Tally.objects.create(article=article, visible=len(roots) + len(answers))
    columns = ("submitted_at", "id")
    mark_anew("comments_comment", ("'replies-' || article_id", *columns), f"is_listed AND article_id = {article.pk}")
    mark_anew("comments_comment", ("'thread-' || root_id", *columns), f"root_id = {roots[0].pk}")
    prepare(article.pk)
    return article


def _published(cast: Cast, title: str, body: str) -> Article:
    article = Article(title=title, section=cast.sections[0], standfirst=STANDFIRST, body=body, cover=cast.images[0])
    article.status = Article.Status.PUBLISHED
    article.published_at = timezone.now() - timedelta(hours=10)
    article.save()
    article.tags.set(TagKey.objects.tags(["orbits", "treaties", "space"]))
    Byline.objects.create(article=article, author=cast.authors[0])
    article.settle()
    return article


def _body(prose: Iterator[str]) -> str:
    parts: list[str] = []
    words = 0
    while words < WORDS:
        text = next(prose)
        words += len(text.split())
        heading = "" if len(parts) % 3 else f"<h2>The part that begins with {escape(text.split()[0])}</h2>"
        parts.append(f"{heading}<p>{escape(text)} [{len(parts) % SOURCES + 1}]</p>")
    return "".join(parts)


def _answer(article: Article, prose: Iterator[str], cast: Cast) -> None:
    """Add threads of five replies, each three levels deep."""
    thread: list[Comment] = []
    for number, text in enumerate(islice(prose, REPLIES)):
        parent = thread[min(number % 5 - 1, 1)] if number % 5 else None
        reply = Comment(article=article, parent=parent, name=f"{READERS[number % 10]} Wilson", body=text)
        reply.email = f"measured-{number}@hidden.invalid"
        reply.save()
        thread = [*thread, reply] if parent else [reply]
    Comment.objects.filter(article=article).approve(by=cast.moderator)


def _reply(article: Article, at: datetime, parent: Comment | None = None) -> Comment:
    said = f"To {parent.name} I can only say that it was so." if parent else "It was so, and I was there."
    return Comment(
        article=article,
        parent=parent,
        root=parent,
        name=f"{READERS[at.second % 10]} Katene",
        status=Comment.Status.APPROVED,
        submitted_at=at,
        decided_at=at,
        is_listed=parent is None,
        **shown_text(said),
    )
