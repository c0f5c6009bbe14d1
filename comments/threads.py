"""One page of a discussion: a fixed number of queries, whatever its size, and the tree put together here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse

from articles.expressions import JSONRows
from articles.models import Article
from comments import pointing
from comments.forms import CommentForm
from comments.identicons import Identicon, identicon
from comments.models import Comment, CommentQuerySet, Policy
from comments.pointing import Pointer, Target

THREADS_PER_PAGE = 50
ANSWERS_SHOWN = 50  # of one thread, beside others; the rest has pages of its own
ANSWERS_PER_PAGE = 200
_COLUMNS = (
    "id",
    "parent_id",
    "root_id",
    "name",
    "website",
    "body_html",
    "submitted_at",
    "status",
    "identicon",
    "badge",
    "moderator_edited_at",
    "remark",
    "about_key_point_id",
    "about_source_id",
    "about_heading",
    "parent__name",
    "parent__status",
)
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
    badge: str = ""
    remark: str = ""
    identicon: Identicon | None = None
    about: Target | None = None
    is_edited: bool = False
    is_removed: bool = False
    parent_name: str = ""
    is_deep: bool = False  # it stands beside what it answers, since the tree goes no deeper
    answers: list[Self] = field(default_factory=list)
    all_answers: int = 0  # how many the thread has, where only its first ones are shown
    thread_path: str = ""


@dataclass(frozen=True)
class Discussion:
    """A page of an article's replies: `replies` are the thread roots, `count` is of all that readers can see."""

    count: int
    replies: list[ThreadedReply]
    newer: str
    older: str
    closed: str  # the sentence why no reply is taken; empty while it is open
    form: CommentForm
    post_url: str
    pointers: list[Pointer] = field(default_factory=list)


def discussion_page(article: Article, *, number: int = 1) -> Discussion:
    """Return a page of the threads under an article, counted from 1; raises Http404 past the end."""
    policy = Policy.current()
    start = (number - 1) * THREADS_PER_PAGE
    of_the_page = _in_order(_shown_roots(article), policy).values("pk")[start : start + THREADS_PER_PAGE + 1]
    rows = list(_roots(article, policy).filter(pk__in=of_the_page))
    if number > 1 and not rows:
        raise Http404("There is no such page.")
    known = {target.value: target for target in pointing.targets(article)}
    shown = rows[:THREADS_PER_PAGE]
    answers = [answer["id"] for row in shown for answer in row["first_answers"]]
    return Discussion(
        count=rows[0]["count"] if rows else 0,
        replies=_Tree(article, policy, known).grow(shown, _answers(pk__in=answers) if answers else []),
        newer=discussion_path(article, number - 1) if number > 1 else "",
        older=discussion_path(article, number + 1) if len(rows) > THREADS_PER_PAGE else "",
        closed=policy.why_closed(article),
        form=CommentForm(instance=Comment(article=article)),
        post_url=reverse("comments:reply", args=[article.pk]),
        pointers=pointing.index(article, known) if number == 1 and rows else [],
    )


def thread_page(article: Article, root: int, *, number: int = 1) -> Discussion:
    """Return a page of all the answers in one thread, counted from 1; raises Http404 past the end."""
    policy = Policy.current()
    start = (number - 1) * ANSWERS_PER_PAGE
    rows = list(_roots(article, policy).filter(pk__in=_shown_roots(article).filter(pk=root).values("pk")))
    answers = list(_answers(root=root)[start : start + ANSWERS_PER_PAGE + 1]) if rows else []
    if not rows or (number > 1 and not answers):
        raise Http404("There is no such page.")
    rows[0]["answer_count"] = 0  # all of them have their place here
    known = {target.value: target for target in pointing.targets(article)}
    return Discussion(
        count=rows[0]["count"],
        replies=_Tree(article, policy, known).grow(rows, answers[:ANSWERS_PER_PAGE]),
        newer=thread_path(article, root, number - 1) if number > 1 else "",
        older=thread_path(article, root, number + 1) if len(answers) > ANSWERS_PER_PAGE else "",
        closed=policy.why_closed(article),
        form=CommentForm(instance=Comment(article=article)),
        post_url=reverse("comments:reply", args=[article.pk]),
    )


def discussion_path(article: Article, number: int) -> str:
    """Return the path of a page of an article's discussion; the first is the article itself."""
    if number == 1:
        return f"{article.get_absolute_url()}#replies"
    return reverse("comments:discussion", args=[article.section.slug, article.slug, number])


def thread_path(article: Article, root: int, number: int = 1) -> str:
    """Return the path of a page of one thread."""
    return reverse("comments:thread", args=[article.section.slug, article.slug, root, number])


def place_of(comment: Comment) -> str:
    """Return the path of the page on which a visible reply stands, with its anchor."""
    article, root = comment.article, comment.root or comment
    number = 1
    if comment.root is not None:
        earlier = Q(submitted_at__lt=comment.submitted_at) | Q(submitted_at=comment.submitted_at, pk__lt=comment.pk)
        place = Comment.objects.visible().filter(earlier, root=comment.root).count()
        if place >= ANSWERS_SHOWN:
            number = place // ANSWERS_PER_PAGE + 1
            return f"{thread_path(article, root.pk, number)}#reply-{comment.pk}"
    before = Q(submitted_at__lt=root.submitted_at) | Q(submitted_at=root.submitted_at, pk__lt=root.pk)
    after = Q(submitted_at__gt=root.submitted_at) | Q(submitted_at=root.submitted_at, pk__gt=root.pk)
    is_newest_first = Policy.current().order == Policy.Order.NEWEST
    number = _shown_roots(article).filter(after if is_newest_first else before).count() // THREADS_PER_PAGE + 1
    return f"{discussion_path(article, number).partition('#')[0]}#reply-{comment.pk}"


def _shown_roots(article: Article) -> CommentQuerySet:
    answered = Comment.objects.visible().filter(root=OuterRef("pk"))
    shown = Q(status=Comment.Status.APPROVED) | Exists(answered)
    return Comment.objects.filter(shown, article=article).roots()


def _roots(article: Article, policy: Policy) -> Any:
    visible = Comment.objects.filter(article=article, status=Comment.Status.APPROVED).order_by()
    count = Subquery(visible.values("article").annotate(n=Count("pk")).values("n"))
    answers = Comment.objects.filter(root=OuterRef("pk"), status=Comment.Status.APPROVED)
    counted = Subquery(answers.order_by().values("root").annotate(n=Count("pk")).values("n"))
    first = JSONRows(answers.order_by("submitted_at", "pk")[:ANSWERS_SHOWN], id="id")
    roots = _in_order(Comment.objects.filter(article=article).roots(), policy)
    return roots.annotate(count=count, answer_count=Coalesce(counted, 0), first_answers=first).values(
        "count", "answer_count", "first_answers", *_COLUMNS
    )


def _in_order(roots: CommentQuerySet, policy: Policy) -> CommentQuerySet:
    ordered = roots.oldest_first()
    return ordered.reverse() if policy.order == Policy.Order.NEWEST else ordered


def _answers(**which: Any) -> Any:
    return Comment.objects.visible().filter(**which).oldest_first().values(*_COLUMNS)


@dataclass(frozen=True)
class _Tree:
    """Puts the rows of a page where they belong."""

    article: Article
    policy: Policy
    targets: dict[str, Target]

    def grow(self, roots: list[dict[str, Any]], answers: Any) -> list[ThreadedReply]:
        placed = {row["id"]: self._root(row) for row in roots}
        threads = list(placed.values())
        levels = {reply.id: threads for reply in threads}  # the list that each reply stands in
        for row in answers:
            holder = placed.get(row["parent_id"]) or placed[row["root_id"]]
            reply = self._placed(row, depth=min(holder.depth + 1, self.policy.max_depth))
            is_known = row["parent__status"] == Comment.Status.APPROVED
            reply.parent_name = row["parent__name"] if is_known else _REMOVED
            reply.is_deep = holder.depth == self.policy.max_depth or holder.id != row["parent_id"]
            level = levels[holder.id] if holder.depth == self.policy.max_depth else holder.answers
            level.append(reply)
            levels[reply.id] = level
            placed[row["id"]] = reply
        return threads

    def _root(self, row: dict[str, Any]) -> ThreadedReply:
        reply = self._placed(row, depth=1)
        if row["answer_count"] > ANSWERS_SHOWN:
            reply.all_answers = row["answer_count"]
            reply.thread_path = thread_path(self.article, reply.id)
        return reply

    def _placed(self, row: dict[str, Any], *, depth: int) -> ThreadedReply:
        if row["status"] != Comment.Status.APPROVED:
            return ThreadedReply(row["id"], "", "", "", row["submitted_at"], depth, is_removed=True)
        return ThreadedReply(
            id=row["id"],
            name=row["name"],
            website=row["website"],
            body_html=row["body_html"],
            submitted_at=row["submitted_at"],
            depth=depth,
            badge=Comment.Badge(row["badge"]).label if row["badge"] else "",
            remark=Comment.Remark(row["remark"]).label if row["remark"] else "",
            identicon=identicon(row["identicon"]),
            about=self.targets.get(pointing.value_of(row)),
            is_edited=row["moderator_edited_at"] is not None,
        )
