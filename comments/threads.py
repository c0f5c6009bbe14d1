"""One page of a discussion: two queries, whatever its size, and the tree put together here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import Http404
from django.urls import reverse

from articles.models import Article
from comments.forms import CommentForm
from comments.models import Comment, CommentQuerySet

THREADS_PER_PAGE = 50
MAX_DEPTH = 5  # deeper answers stay in order at this level
_COLUMNS = ("id", "parent_id", "root_id", "name", "website", "body_html", "submitted_at", "status")
_REMOVED = "a removed reply"


@dataclass(eq=False)
class ThreadedReply:
    """A reply at its place in the discussion; one that was removed but has answers keeps its place, without a word."""

    id: int
    name: str
    website: str
    body_html: str
    submitted_at: datetime
    depth: int
    is_removed: bool = False
    parent_name: str = ""
    is_deep: bool = False  # it stands beside what it answers, since the tree goes no deeper
    answers: list[Self] = field(default_factory=list)


@dataclass(frozen=True)
class Discussion:
    """A page of an article's replies: `replies` are the thread roots, `count` is of all that readers can see."""

    count: int
    replies: list[ThreadedReply]
    newer: str
    older: str
    form: CommentForm
    post_url: str


def discussion_page(article: Article, *, number: int = 1) -> Discussion:
    """Return a page of the threads under an article, counted from 1; raises Http404 past the end."""
    start = (number - 1) * THREADS_PER_PAGE
    rows = list(_roots(article)[start : start + THREADS_PER_PAGE + 1])
    if number > 1 and not rows:
        raise Http404("There is no such page.")
    return Discussion(
        count=rows[0]["count"] if rows else 0,
        replies=_threads(rows[:THREADS_PER_PAGE]),
        newer=discussion_path(article, number - 1) if number > 1 else "",
        older=discussion_path(article, number + 1) if len(rows) > THREADS_PER_PAGE else "",
        form=CommentForm(instance=Comment(article=article)),
        post_url=reverse("comments:reply", args=[article.pk]),
    )


def discussion_path(article: Article, number: int) -> str:
    """Return the path of a page of an article's discussion; the first is the article itself."""
    if number == 1:
        return f"{article.get_absolute_url()}#replies"
    return reverse("comments:discussion", args=[article.section.slug, article.slug, number])


def page_of(comment: Comment) -> int:
    """Return the number of the page on which a visible reply stands."""
    root = comment.root or comment
    earlier = Q(submitted_at__lt=root.submitted_at) | Q(submitted_at=root.submitted_at, pk__lt=root.pk)
    return _shown_roots(comment.article).filter(earlier).count() // THREADS_PER_PAGE + 1


def _shown_roots(article: Article) -> CommentQuerySet:
    answered = Comment.objects.visible().filter(root=OuterRef("pk"))
    shown = Q(status=Comment.Status.APPROVED) | Exists(answered)
    return Comment.objects.filter(shown, article=article).roots()


def _roots(article: Article) -> Any:
    visible = Comment.objects.filter(article=article, status=Comment.Status.APPROVED).order_by()
    count = Subquery(visible.values("article").annotate(n=Count("pk")).values("n"))
    return _shown_roots(article).oldest_first().annotate(count=count).values("count", *_COLUMNS)


def _threads(roots: list[dict[str, Any]]) -> list[ThreadedReply]:
    placed = {row["id"]: _placed(row, depth=1) for row in roots}
    threads = list(placed.values())
    levels = {reply.id: threads for reply in threads}  # the list that each reply stands in
    for row in _answers(list(placed)) if placed else ():
        parent = placed.get(row["parent_id"])
        holder = parent or placed[row["root_id"]]
        reply = _placed(row, depth=min(holder.depth + 1, MAX_DEPTH))
        reply.parent_name = _REMOVED if parent is None or parent.is_removed else parent.name
        reply.is_deep = holder.depth == MAX_DEPTH
        level = levels[holder.id] if reply.is_deep else holder.answers
        level.append(reply)
        levels[reply.id] = level
        placed[row["id"]] = reply
    return threads


def _answers(roots: list[int]) -> Any:
    return Comment.objects.visible().filter(root__in=roots).oldest_first().values(*_COLUMNS)


def _placed(row: dict[str, Any], *, depth: int) -> ThreadedReply:
    is_removed = row["status"] != Comment.Status.APPROVED
    return ThreadedReply(
        id=row["id"],
        name="" if is_removed else row["name"],
        website="" if is_removed else row["website"],
        body_html="" if is_removed else row["body_html"],
        submitted_at=row["submitted_at"],
        depth=depth,
        is_removed=is_removed,
    )
