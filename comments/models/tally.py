"""How many replies readers see, and in which lists: kept with every decision, so that no page has to count."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import F, Q

from articles.models import Article, LongList, Mark, Spot
from articles.models.mark import mark_anew


class Seen(NamedTuple):
    """What a visible reply counts for: its article, the root of its thread if it answers another, when it came.

    And whether it points at a part of the article.
    """

    article: int
    root: int | None
    at: datetime
    points: bool


class Tally(models.Model):
    """How many replies readers see under an article."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="tally")
    visible = models.PositiveIntegerField(default=0)
    pointing = models.PositiveIntegerField(default=0)  # of the visible ones, at a part of the article

    def __str__(self) -> str:
        return f"{self.visible} replies"


def listed_roots(replies: "models.QuerySet[Any]", article: int) -> LongList:
    """Return the replies that begin the threads readers see under an article, as a list with marks."""
    return LongList(f"replies-{article}", replies.filter(article=article, is_listed=True), "submitted_at", "id")


def visible_answers(replies: "models.QuerySet[Any]", root: int) -> LongList:
    """Return the visible answers in a thread, as a list with marks."""
    return LongList(f"thread-{root}", replies.filter(root=root, status="approved"), "submitted_at", "id")


def account_for(replies: "models.QuerySet[Any]", before: dict[int, Seen], after: dict[int, Seen]) -> None:
    """Take account of replies that readers saw before a change, and of those they see after it."""
    gone = {pk: seen for pk, seen in before.items() if pk not in after}
    new = {pk: seen for pk, seen in after.items() if pk not in before}
    if not gone and not new:
        return
    _count(replies, gone, new)
    _list_roots(replies, gone, new)
    for root, (left, came) in _by_root(gone, new).items():
        visible_answers(replies, root).account_for(gone=left, new=came)


_TALLIES = """
    INSERT INTO comments_tally (article_id, visible, pointing) SELECT article_id, COUNT(*), SUM(CASE WHEN
    about_key_point_id IS NOT NULL OR about_source_id IS NOT NULL OR about_heading <> '' THEN 1 ELSE 0 END)
    FROM comments_comment WHERE status = 'approved' GROUP BY article_id
"""
_NO_ANSWERS = """
    UPDATE comments_comment SET visible_answers = 0 WHERE visible_answers > 0 AND NOT EXISTS (
        SELECT 1 FROM comments_comment answer WHERE answer.root_id = comments_comment.id AND answer.status = 'approved'
    )
"""
_ANSWERS = """
    UPDATE comments_comment SET visible_answers = counted.number FROM (
        SELECT root_id, COUNT(*) AS number FROM comments_comment
        WHERE root_id IS NOT NULL AND status = 'approved' GROUP BY root_id
    ) AS counted WHERE comments_comment.id = counted.root_id
"""
_ROOTS = """
    UPDATE comments_comment SET is_listed = (status = 'approved' OR visible_answers > 0) WHERE root_id IS NULL
"""


def tally_anew() -> None:
    """Count everything from the replies themselves, in a few statements: after an import past the models."""
    Tally.objects.all().delete()
    Mark.objects.filter(Q(list__startswith="replies-") | Q(list__startswith="thread-")).delete()
    with connection.cursor() as cursor:
        for statement in (_TALLIES, _NO_ANSWERS, _ANSWERS, _ROOTS):
            cursor.execute(statement)
    columns = ("submitted_at", "id")
    mark_anew("comments_comment", ("'replies-' || article_id", *columns), "is_listed")
    mark_anew("comments_comment", ("'thread-' || root_id", *columns), "root_id IS NOT NULL AND status = 'approved'")


def _count(replies: "models.QuerySet[Any]", gone: dict[int, Seen], new: dict[int, Seen]) -> None:
    by_article: Counter[int] = Counter()
    pointing: Counter[int] = Counter()
    by_root: Counter[int] = Counter()
    for seen, step in [*((seen, -1) for seen in gone.values()), *((seen, 1) for seen in new.values())]:
        by_article[seen.article] += step
        pointing[seen.article] += step if seen.points else 0
        if seen.root:
            by_root[seen.root] += step
    known = set(Tally.objects.filter(article__in=by_article).values_list("article", flat=True))
    Tally.objects.bulk_create([Tally(article_id=pk) for pk in by_article if pk not in known], ignore_conflicts=True)
    for step, articles in _alike(by_article).items():
        Tally.objects.filter(article__in=articles).update(visible=F("visible") + step)
    for step, articles in _alike(pointing).items():
        Tally.objects.filter(article__in=articles).update(pointing=F("pointing") + step)
    for step, roots in _alike(by_root).items():
        replies.filter(pk__in=roots).update(visible_answers=F("visible_answers") + step)


def _alike(counted: "Counter[int]") -> dict[int, list[int]]:
    alike: dict[int, list[int]] = defaultdict(list)
    for key, step in counted.items():
        if step:
            alike[step].append(key)
    return alike


def _list_roots(replies: "models.QuerySet[Any]", gone: dict[int, Seen], new: dict[int, Seen]) -> None:
    """Put threads into their lists, where they stand while their root is visible or an answer in them."""
    roots = {seen.root or pk for pk, seen in [*gone.items(), *new.items()]}
    found = replies.filter(pk__in=roots).order_by()
    columns = ("pk", "article", "submitted_at", "status", "visible_answers", "is_listed")
    left: dict[int, list[Spot]] = defaultdict(list)
    came: dict[int, list[Spot]] = defaultdict(list)
    for pk, article, at, status, answers, is_listed in found.values_list(*columns):
        roots.discard(pk)
        should_be = status == "approved" or answers > 0
        if should_be != is_listed:
            (came if should_be else left)[article].append(Spot(at, pk))
    for pk in roots & gone.keys():  # deleted by now
        left[gone[pk].article].append(Spot(gone[pk].at, pk))
    for spots, is_listed in ((left, False), (came, True)):
        changed = [spot.number for of_article in spots.values() for spot in of_article]
        replies.filter(pk__in=changed).update(is_listed=is_listed)
    for article in left.keys() | came.keys():
        listed_roots(replies, article).account_for(gone=left[article], new=came[article])


def _by_root(gone: dict[int, Seen], new: dict[int, Seen]) -> dict[int, tuple[list[Spot], list[Spot]]]:
    answers: dict[int, tuple[list[Spot], list[Spot]]] = defaultdict(lambda: ([], []))
    for side, replies in enumerate((gone, new)):
        for pk, seen in replies.items():
            if seen.root:
                answers[seen.root][side].append(Spot(seen.at, pk))
    return answers
