"""A whole paper of any size, made in an empty database; runs in a process of the site."""

import random
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles.models import Change, PreparedArticle, SearchWord
from articles.models.place import place_anew
from articles.search import vocabulary
from articles.search.words import stem
from bench.making import specials
from bench.making.copying import COPIED, Copy, Strides, Table, tables
from bench.making.loading import empty, go_on_counting, load, tidy_up, unchecked
from bench.making.moulds import BEGINNING, MOULDS, NAME, STEP, Cast, make_moulds
from bench.progress import Bar, say

NAMES = 5_000  # that the titles choose from, the first far more often than the last, as words are
SYLLABLES = "ka re ti wo mu ha ne po ru ki ta wi".split()
LIST_TABLES = ("articles_place", "articles_mark")


def make_paper(*, size: int, replies: int, seed: int) -> dict[str, Any]:
    """Make a paper of so many articles with so many replies each, and return what is to be known of it."""
    if size % MOULDS:
        raise ValueError(f"The size of a paper is a multiple of {MOULDS}.")
    cast = Cast.make()
    strides = Strides()
    bar = Bar("The moulds", MOULDS, "articles")
    for _ in make_moulds(cast, replies):
        bar.step(1, "by the product itself")
    bar.end()
    strides.close()
    _weigh_tags(size // MOULDS)
    _fill(list(tables(strides)), names(size, seed), size)
    facts = _make_specials(cast)
    for rows in (Change.objects.all(), DBTaskResult.objects.all()):
        rows.delete()
    tidy_up()
    return facts


def names(size: int, seed: int) -> list[str]:
    """Return a name for each article of a paper; the same for the same seed, and as a smaller paper has them."""
    chosen = random.Random(seed)  # noqa: S311 - not for secrets
    made: dict[str, None] = {}
    while len(made) < NAMES:
        name = "".join(chosen.choices(SYLLABLES, k=4))
        if stem(name) == name:
            made[name.title()] = None
    weights = list(accumulate(1 / (rank + 10) for rank in range(NAMES)))
    return chosen.choices(list(made), cum_weights=weights, k=size)


def _fill(copied: list[Table], named: list[str], size: int) -> None:
    """Write the copies, the first round in place of the moulds themselves."""
    rounds = size // MOULDS
    shift = timezone.now().replace(microsecond=0) - timedelta(days=1) - size * STEP - BEGINNING
    bar = Bar(f"{size:,} articles", rounds * sum(map(len, copied)))
    with unchecked([*(table.name for table in copied), *LIST_TABLES]):
        for table in copied:
            empty(table.name, table.key, table.base)
        for table in copied:
            copies = (
                Copy(mould, turn, shift + turn * MOULDS * STEP, named[turn * MOULDS + mould])
                for turn in range(rounds)
                for mould in range(MOULDS)
            )
            load(table.name, table.columns, bar.count(table.copies(copies), table.name))
        bar.end()
        say("Their places in the lists, and the indexes")
        place_anew()
        go_on_counting(list(COPIED))
    SearchWord.objects.filter(word=NAME.lower()).delete()
    spelt = list(dict.fromkeys(name.lower() for name in named))
    for at in range(0, len(spelt), MOULDS):  # common names come before rare ones
        vocabulary.learn(spelt[at : at + MOULDS])


def _weigh_tags(rounds: int) -> None:
    """Let each mould's tags weigh what they will in the whole paper: the less, the more articles have them."""
    for prepared in PreparedArticle.objects.only("tags"):
        tags = [[tag, 1 / (round(1 / weight) * rounds)] for tag, weight in prepared.tags]
        PreparedArticle.objects.filter(pk=prepared.pk).update(tags=tags)


def _make_specials(cast: Cast) -> dict[str, Any]:
    measured = specials.make_measured_article(cast)
    small, large = (
        specials.make_discussed_article(cast, replies) for replies in (specials.SMALL_THREAD, specials.LARGE_THREAD)
    )
    return {
        "article": measured.get_absolute_url(),
        "small discussion": small.get_absolute_url(),
        "large discussion": large.get_absolute_url(),
    }
