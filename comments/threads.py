"""One page of a discussion: a fixed number of queries, whatever its size, and the tree put together here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from articles.asking import Question
from articles.caching import Common, good_until, shows
from articles.models import Article, Spot
from articles.richtext import trusted
from comments import pointing
from comments.blank_form import blank_form
from comments.identicons import Identicon, identicon
from comments.models import Comment, Policy
from comments.models.tally import listed_roots, visible_answers
from comments.pointing import Pointer, Target
from comments.tokens import token_end

THREADS_PER_PAGE = 50
_ROOTS_READ = THREADS_PER_PAGE + 1  # which tells whether there are more
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
)
_ANSWER_COLUMNS = (*_COLUMNS, "parent__name", "parent__status")
_FACTS = ("tally__visible", "tally__pointing", "closed_discussion__pk")  # of the article
_ROOT_COLUMNS = (*_COLUMNS, "visible_answers", *(f"article__{fact}" for fact in _FACTS))
_LISTED = Comment.objects.filter(is_listed=True).oldest_first()
_OLDEST = Question(lambda article: _LISTED.filter(article=article).values_list(*_ROOT_COLUMNS)[:_ROOTS_READ])
_NEWEST = Question(lambda article: _LISTED.filter(article=article).reverse().values_list(*_ROOT_COLUMNS)[:_ROOTS_READ])
_ROOT = Question(lambda article, pk: _LISTED.filter(article=article, pk=pk).order_by().values_list(*_ROOT_COLUMNS))
# By their keys alone: asked for what is approved, or for an order, SQLite would rather read all replies that are.
_ROOTS = Question(lambda pks: Comment.objects.filter(pk__in=pks).order_by().values_list(*_ROOT_COLUMNS))
_ANSWERS = Question(lambda pks: Comment.objects.filter(pk__in=pks).order_by().values_list(*_ANSWER_COLUMNS))
_FIRST_OF_ONE = (
    "SELECT * FROM (SELECT id FROM comments_comment WHERE root_id = %s AND status = 'approved'"
    " ORDER BY submitted_at, id LIMIT %s) first_answers"
)
_FIRST_ANSWERS = Question(
    lambda *roots: (
        Comment.objects.filter(pk__in=RawSQL(" UNION ALL ".join([_FIRST_OF_ONE] * (len(roots) // 2)), roots))  # noqa: S611
        .order_by()
        .values_list(*_ANSWER_COLUMNS)
    )
)
_REMOVED = "a removed reply"
_policy = Common("policy", Policy.current)


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
    closes_at: datetime | None  # by age, if that is still to come
    form: SafeString  # for a new reply; empty while the discussion is closed
    pointers: list[Pointer] = field(default_factory=list)

    @property
    def remarks(self) -> dict[str, int]:
        """Return how many replies point at each part of the article that any points at, by its anchor."""
        return {pointer.target.anchor: len(pointer.replies) for pointer in self.pointers}


def policy_for(request: HttpRequest) -> Policy:
    """Return the policy that holds for the page asked for."""
    return _policy.as_of(request)


def discussion_page(article: Article, policy: Policy, *, number: int = 1) -> Discussion:
    """Return a page of the threads under an article, counted from 1; raises Http404 past the end."""
    rows = _roots_on(article, policy, number)
    if number > 1 and not rows:
        raise Http404("There is no such page.")
    shown = rows[:THREADS_PER_PAGE]
    known = {target.value: target for target in pointing.targets(article)}
    return _discussion(
        article,
        policy,
        known,
        rows,
        replies=_Tree(article, policy, known).grow(shown, _first_answers(shown)),
        newer=discussion_path(article, number - 1) if number > 1 else "",
        older=discussion_path(article, number + 1) if len(rows) > THREADS_PER_PAGE else "",
        is_first=number == 1,
    )


def thread_page(article: Article, policy: Policy, root: int, *, number: int = 1) -> Discussion:
    """Return a page of all the answers in one thread, counted from 1; raises Http404 past the end."""
    rows = _named(_ROOT_COLUMNS, _ROOT.ask(article.pk, root))
    if not rows:
        raise Http404("There is no such thread.")
    spots = visible_answers(Comment.objects.all(), root).oldest((number - 1) * ANSWERS_PER_PAGE, ANSWERS_PER_PAGE + 1)
    if number > 1 and not spots:
        raise Http404("There is no such page.")
    rows[0]["visible_answers"] = 0  # all of them have their place here
    known = {target.value: target for target in pointing.targets(article)}
    answers = _named(_ANSWER_COLUMNS, _ANSWERS.ask([spot.number for spot in spots[:ANSWERS_PER_PAGE]]))
    return _discussion(
        article,
        policy,
        known,
        rows,
        replies=_Tree(article, policy, known).grow(rows, answers),
        newer=thread_path(article, root, number - 1) if number > 1 else "",
        older=thread_path(article, root, number + 1) if len(spots) > ANSWERS_PER_PAGE else "",
    )


def shows_discussion(request: HttpRequest, article: Article, page: Discussion) -> None:
    """Say that the answer to a request shows a page of an article's discussion.

    It is old when the discussion closes, and on the next day, when the token of its form is.
    """
    shows(request, f"replies-{article.pk}", "policy")
    good_until(request, token_end())
    good_until(request, page.closes_at)


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
    if comment.root is not None:
        answers = visible_answers(Comment.objects.all(), root.pk)
        place = answers.rank(Spot(comment.submitted_at, comment.pk)) - 1
        if place >= ANSWERS_SHOWN:
            path = thread_path(article, root.pk, place // ANSWERS_PER_PAGE + 1)
            return f"{path}#reply-{comment.pk}"
    roots = listed_roots(Comment.objects.all(), article.pk)
    place = roots.rank(Spot(root.submitted_at, root.pk)) - 1
    if Policy.current().order == Policy.Order.NEWEST:
        place = roots.total(timezone.now()) - 1 - place
    return f"{discussion_path(article, place // THREADS_PER_PAGE + 1).partition('#')[0]}#reply-{comment.pk}"


def _discussion(
    article: Article,
    policy: Policy,
    known: dict[str, Target],
    roots: list[dict[str, Any]],
    *,
    is_first: bool = False,
    **page: Any,
) -> Discussion:
    count, pointing_at, closed_by_staff = _facts_of(article, roots)
    closed = policy.why_closed(article, is_closed=closed_by_staff is not None)
    return Discussion(
        count=count or 0,
        closed=closed,
        closes_at=policy.closes_at(article),
        form=blank_form(article, known.values()) if not closed else trusted(""),
        pointers=pointing.index(article, known) if is_first and pointing_at else [],
        **page,
    )


def _facts_of(article: Article, roots: list[dict[str, Any]]) -> tuple[int | None, int | None, int | None]:
    """Return how many replies are visible, how many of them point at a part, and what closed the discussion."""
    if roots:
        visible, pointing_at, closed = (roots[0][f"article__{fact}"] for fact in _FACTS)
    else:
        [(visible, pointing_at, closed)] = Article.objects.filter(pk=article.pk).order_by().values_list(*_FACTS)
    return visible, pointing_at, closed


def _roots_on(article: Article, policy: Policy, number: int) -> list[dict[str, Any]]:
    """Return the roots of the threads on a page, and one more if there is a further page."""
    is_newest_first = policy.order == Policy.Order.NEWEST
    if number == 1:
        return _named(_ROOT_COLUMNS, (_NEWEST if is_newest_first else _OLDEST).ask(article.pk))
    roots = listed_roots(Comment.objects.all(), article.pk)
    start, count = (number - 1) * THREADS_PER_PAGE, _ROOTS_READ
    spots = roots.newest(start, count, until=timezone.now()) if is_newest_first else roots.oldest(start, count)
    found = _named(_ROOT_COLUMNS, _ROOTS.ask([spot.number for spot in spots]))
    rows = {row["id"]: row for row in found}
    return [rows[spot.number] for spot in spots if spot.number in rows]


def _first_answers(roots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the answers shown below some roots, in no order: all of a thread, or the first of a long one."""
    answered = [value for row in roots if row["visible_answers"] for value in (row["id"], ANSWERS_SHOWN)]
    return _named(_ANSWER_COLUMNS, _FIRST_ANSWERS.ask(*answered)) if answered else []


def _named(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]


@dataclass(frozen=True)
class _Tree:
    """Puts the rows of a page where they belong."""

    article: Article
    policy: Policy
    targets: dict[str, Target]

    def grow(self, roots: list[dict[str, Any]], answers: Iterable[dict[str, Any]]) -> list[ThreadedReply]:
        placed = {row["id"]: self._root(row) for row in roots}
        threads = list(placed.values())
        levels = {reply.id: threads for reply in threads}  # the list that each reply stands in
        for row in sorted(answers, key=lambda row: (row["submitted_at"], row["id"])):
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
        if row["visible_answers"] > ANSWERS_SHOWN:
            reply.all_answers = row["visible_answers"]
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
