"""The article that the weight of a page is measured on; runs in the process of a site with the sample content."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.html import escape

from articles.models import Article, Image, KeyPoint, Source
from kiwiguard.sample.loading import FOLDER
from tests.factories import make_approved_reply, make_article, make_author

if TYPE_CHECKING:
    from comments.models import Comment

WORDS, KEY_POINTS, SOURCES, REPLIES = 700, 4, 3, 30
TITLE = "How eleven thousand people came to hold a veto in the sky"
STANDFIRST = "A treaty divides the orbits above the ocean, and its smallest signature may matter most."
NAMES = ("Aroha Wilson", "Hemi Katene", "Mere Ashworth", "Tama Okonkwo", "Ngaire Ito", "Ruth Fraser", "Oskar Leota")
ENOUGH_WORDS = 30  # of a paragraph that stands for a reply


def publish() -> str:
    """Publish it with its replies, and return its path."""
    prose = _paragraphs()
    article = make_article(
        TITLE,
        body=_body(prose),
        standfirst=STANDFIRST,
        tags=("ports", "space", "treaties"),
        authors=(make_author(),),
        cover=Image.objects.first(),
    )
    for position in range(1, SOURCES + 1):
        url = f"https://outlet-{position}.example.org/reports/the-record-{position}"
        title = f"Report {position}, with its protocols and the record of signature"
        Source(article=article, position=position, title=title, url=url, outlet=f"The Outlet {position}").save()
    for position, text in enumerate(islice(prose, KEY_POINTS), 1):
        point = KeyPoint(article=article, position=position, lead=f"Point {position}", text=_first_sentence(text))
        point.save()
        point.rest_on([1 + position % SOURCES])
    article.settle()
    _reply(article, prose)
    return article.get_absolute_url()


def _paragraphs() -> Iterator[str]:
    """Yield paragraphs of the sample content: what people write, so that it is compressed as that is."""
    for file in sorted((FOLDER / "articles").glob("*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if len(line.split()) >= ENOUGH_WORDS and line[0].isalpha():
                yield line.strip()


def _body(prose: Iterator[str]) -> str:
    parts: list[str] = []
    words = 0
    while words < WORDS:
        text = next(prose)
        words += len(text.split())
        number = len(parts) % SOURCES + 1
        heading = "" if len(parts) % 3 else f"<h2>The part that begins with {escape(text.split()[0])}</h2>"
        parts.append(f"{heading}<p>{escape(text)} [{number}]</p>")
    return "".join(parts)


def _first_sentence(text: str) -> str:
    return f"{text.partition('. ')[0].rstrip('.')}."


def _reply(article: Article, prose: Iterator[str]) -> None:
    """Add threads of five replies, each three levels deep."""
    thread: list[Comment] = []
    for number, text in enumerate(islice(prose, REPLIES)):
        place = number % 5
        if place == 0:
            thread = []
        parent = thread[min(place - 1, 1)] if thread else None
        thread.append(make_approved_reply(article, parent=parent, name=NAMES[number % len(NAMES)], body=text))
