"""The moulds: articles and replies that the product itself makes, to be copied many times.

Every mould says its name, its number and its time in words that stand nowhere else, so that a copy can say its own in
their place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import BytesIO
from itertools import cycle, islice
from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F
from django.utils.html import escape
from taggit.models import Tag

from articles.models import (
    Article,
    Author,
    Byline,
    Image,
    KeyPoint,
    LinkCheck,
    PreparedArticle,
    Section,
    Source,
    TagKey,
    Work,
)
from articles.preparing import prepare
from articles.search.indexing import rebuild
from bench.making.stencil import FIRST_NUMBER
from comments.models import Comment, Decision
from kiwiguard.sample.loading import FOLDER
from kiwiguard.sample.pictures import draw

MOULDS = 100
NAME = "Qarovexi"
BEGINNING = datetime(1999, 11, 25, 4, 3, 2, tzinfo=UTC)  # nothing else in a mould is of that year
STEP = timedelta(minutes=10)  # from an article to the next: a larger paper is an older one
REPLY_AFTER, DECIDED_AFTER = timedelta(minutes=7), timedelta(minutes=3)
NOT_DUE = datetime(2100, 1, 1, tzinfo=UTC)  # no address of the bench is ever asked for

SECTIONS = "Analysis Opinion Explainers Economy Culture".split()
SHARES = (0,) * 10 + (1,) * 4 + (2,) * 3 + (3,) * 2 + (4,)  # of the sections, in turn
AUTHORS = 25
COMMON_TAGS = "politics economy climate courts".split()
MIDDLING_TAGS = "ports rivers housing treaties schools energy farms health ferries stadiums".split()
RARE_TAGS = 40
SHARED_WORKS = 20
READERS = "Aroha Hemi Mere Tama Ngaire Ruth Oskar Wiremu Ines Kahu".split()
STATUSES = ("approved",) * 8 + ("pending", "spam")  # of replies, in turn: so many wait on any site
ENOUGH_WORDS = 30  # of a paragraph that stands for what people write
REPLY_WORDS = 35


def paragraphs() -> list[str]:
    """Return paragraphs of the sample content: what people write, so that it is compressed and searched as that is."""
    files = sorted((FOLDER / "articles").glob("*.txt"))
    lines = (line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if len(line.split()) >= ENOUGH_WORDS and line[0].isalpha()]


@dataclass(frozen=True)
class Cast:
    """Who and what articles have in common, and what is made before them."""

    sections: list[Section]
    authors: list[Author]
    common: list[Tag]
    middling: list[Tag]
    rare: list[Tag]
    works: list[Work]
    images: list[Image]
    moderator: User

    @classmethod
    def make(cls) -> "Cast":
        """Make it, in an empty paper."""
        sections = [Section.objects.create(name=name, slug=name.lower()) for name in SECTIONS]
        authors = [
            Author.objects.create(name=f"{READERS[n % 10]} {_word(n)}", slug=f"author-{n}") for n in range(AUTHORS)
        ]
        tags = TagKey.objects.tags
        rare = tags(f"{word} {number}" for word, number in zip(cycle(MIDDLING_TAGS), range(RARE_TAGS), strict=False))
        works = [Work.objects.of(source_of(f"shared-{number}")) for number in range(SHARED_WORKS)]
        moderator = User.objects.create_superuser("bench", password=None)
        moderator.groups.add(Group.objects.get(name="Moderator"))
        return cls(sections, authors, tags(COMMON_TAGS), tags(MIDDLING_TAGS), rare, works, _images(), moderator)

    def tags_of(self, number: int) -> list[Tag]:
        """Return the tags of a mould: a common one, a middling and a rare one."""
        return [self.common[number % 4], self.middling[number % 10], self.rare[number // 2 % RARE_TAGS]]


def source_of(word: str, **fields: Any) -> Source:
    """Return a source, not stored, at an address with a word in it."""
    outlet = f"Outlet {sum(map(ord, word)) % 20}"
    url = f"https://{outlet.lower().replace(' ', '-')}.example.org/reports/{word}"
    return Source(title=f"The report {word}, with its protocols", url=url, outlet=outlet, **fields)


class Maker:
    """Makes the moulds."""

    def __init__(self, cast: Cast, replies: int) -> None:
        """Take whom they have in common, and how many replies each gets."""
        self.cast, self.replies = cast, replies
        self.statuses = cycle(STATUSES)

    @cached_property
    def prose(self) -> Sequence[str]:
        """What they say."""
        return paragraphs()

    def make(self, number: int) -> None:
        """Make a mould."""
        article = self._article(number)
        self._chain(article, number)
        self._discussion(article)
        LogEntry.objects.create(
            user=self.cast.moderator,
            content_type=ContentType.objects.get_for_model(Article),
            object_id=str(article.pk),
            object_repr=article.title,
            action_flag=ADDITION,
            change_message='[{"added": {}}]',
        )

    def _article(self, number: int) -> Article:
        first, second = (self.prose[(number * step + step) % len(self.prose)] for step in (1, 7))
        words = " ".join(first.split()[:4]).strip(",.;:")
        article = Article(
            title=f"{words}: {NAME} {FIRST_NUMBER + number}",
            section=self.cast.sections[SHARES[number % len(SHARES)]],
            standfirst=_first_sentence(second),
            body=f"<p>{escape(first)} [1]</p><p>{escape(_first_sentence(second))} [2]</p>",
            status=Article.Status.PUBLISHED,
            published_at=BEGINNING + number * STEP,
            cover=self.cast.images[number // 4 % len(self.cast.images)] if number % 4 == 0 else None,
        )
        article.save()
        article.tags.set(self.cast.tags_of(number))
        Byline.objects.create(article=article, author=self.cast.authors[number % AUTHORS])
        return article

    def _chain(self, article: Article, number: int) -> None:
        own, shared = source_of(f"own-{FIRST_NUMBER + number}"), source_of(f"shared-{number % SHARED_WORKS}")
        for position, source in enumerate((own, shared), 1):
            source.article, source.position, source.key = article, position, f"key{position}"
            source.save()
            text = _first_sentence(self.prose[(number + position) % len(self.prose)])
            point = KeyPoint(article=article, position=position, lead=f"Point {position}", text=text)
            point.save()
            point.rest_on([position])
        article.settle()

    def _discussion(self, article: Article) -> None:
        """Add threads of five replies, each three levels deep."""
        thread: list[Comment] = []
        decided: dict[str, list[int]] = {"approved": [], "spam": []}
        for number, status in enumerate(islice(self.statuses, self.replies)):
            place = number % 5
            parent = thread[min(place - 1, 1)] if place else None
            reply = Comment(article=article, parent=parent, name=f"{READERS[number % 10]} {_word(article.pk)}")
            reply.email = f"reader-{article.pk}-{number}@hidden.invalid"
            said = " ".join(self.prose[(article.pk * 3 + number) % len(self.prose)].split()[:REPLY_WORDS])
            reply.body = f"As to {NAME}, {said[0].lower()}{said[1:]}."
            reply.save()
            thread = [*thread, reply] if place else [reply]
            if status in decided:
                decided[status].append(reply.pk)
        Comment.objects.filter(pk__in=decided["approved"]).approve(by=self.cast.moderator)
        Comment.objects.filter(pk__in=decided["spam"]).mark_spam(by=self.cast.moderator)


def make_moulds(cast: Cast, replies: int) -> Iterator[int]:
    """Make the moulds, and yield how many are done."""
    maker = Maker(cast, replies)
    with transaction.atomic():  # one, so that it is waited only once until no process shows anything older
        for number in range(MOULDS):
            maker.make(number)
            yield number + 1
        _set_times()
    rebuild(Article.objects.order_by("pk"), lambda _: None)
    PreparedArticle.objects.update(recipe="")  # some were made meanwhile
    with transaction.atomic():
        for pk in Article.objects.order_by("pk").values_list("pk", flat=True):
            prepare(pk)


def _set_times() -> None:
    """Let everything have happened when its article was published, as if it had been made then."""
    plain: Any = models.QuerySet  # nothing of this is to be noted
    plain(Article).update(updated_at=F("published_at"), created_at=F("published_at"))
    plain(LinkCheck).update(next_check_at=NOT_DUE)
    for article in Article.objects.only("published_at"):
        at = article.published_at
        assert at is not None  # noqa: S101 - all of them are published
        plain(Work).filter(sources__article=article, url__contains="/own-").update(first_cited_at=at)
        plain(LogEntry).filter(object_id=str(article.pk)).update(action_time=at)
        for number, reply in enumerate(Comment.objects.filter(article=article).order_by("pk"), 1):
            sent = at + number * REPLY_AFTER
            decided = None if reply.status == Comment.Status.PENDING else sent + DECIDED_AFTER
            plain(Comment).filter(pk=reply.pk).update(submitted_at=sent, decided_at=decided)
            plain(Decision).filter(comment=reply.pk).update(made_at=sent + DECIDED_AFTER)


def _images() -> list[Image]:
    images = [
        Image.objects.from_upload(
            BytesIO(draw(motif, width=800, height=450)), alternative_text=f"A drawing of a {motif}"
        )
        for motif in ("harbour", "hills", "river")
    ]
    for image in images:
        image.render()
    return images


def _first_sentence(text: str) -> str:
    return f"{text.partition('. ')[0].rstrip('.')}."


def _word(number: int) -> str:
    return "".join("ka ri to we mo hu ne pi".split()[number >> shift & 7] for shift in (0, 3, 6)).title()
