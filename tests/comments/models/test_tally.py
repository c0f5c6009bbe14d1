"""How many replies readers see: kept right whatever happens to them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from articles.models import Article, Mark
from articles.models.mark import SPACING
from comments.models import Comment, Policy, Tally
from comments.models.tally import listed_roots, tally_anew, visible_answers
from comments.proving import prove
from tests.factories import make_approved_replies, make_approved_reply, make_article, make_reply, make_staff
from tests.turns import taken_by

pytestmark = pytest.mark.django_db


def kept(article: Article) -> tuple[int, int, dict[int, int], set[int]]:
    """Return what is kept: visible replies, those that point, visible answers by root, and the listed roots."""
    tally = Tally.objects.filter(article=article).first() or Tally(article=article)
    roots = Comment.objects.filter(article=article, root__isnull=True)
    answers = dict(roots.values_list("pk", "visible_answers"))
    return tally.visible, tally.pointing, answers, set(roots.filter(is_listed=True).values_list("pk", flat=True))


def counted(article: Article) -> tuple[int, int, dict[int, int], set[int]]:
    visible = Comment.objects.filter(article=article, status="approved")
    roots = Comment.objects.filter(article=article, root__isnull=True)
    answers = dict(roots.annotate(n=Count("thread", filter=Q(thread__status="approved"))).values_list("pk", "n"))
    listed = {pk for pk, status in roots.values_list("pk", "status") if status == "approved" or answers[pk]}
    return visible.count(), visible.exclude(about_heading="").count(), answers, listed


def test_pending_replies_count_for_nothing() -> None:
    article = make_article()
    make_reply(article)
    assert kept(article)[0] == 0
    assert not kept(article)[3]


def test_a_removed_root_stays_listed_while_it_has_answers() -> None:
    article = make_article()
    root = make_approved_reply(article)
    answer = make_approved_reply(article, parent=root)
    moderator = make_staff("Moderator")
    root.reject(by=moderator)
    assert kept(article) == (1, 0, {root.pk: 1}, {root.pk})
    answer.reject(by=moderator)
    assert kept(article) == (0, 0, {root.pk: 0}, set())


VERBS = ("add", "answer", "point", "approve", "reject", "spam", "undo", "withdraw", "erase", "delete")


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(some.sampled_from(VERBS), some.integers(0, 30)), max_size=25))
def test_the_tally_is_what_counting_says(steps: list[tuple[str, int]]) -> None:
    article = make_article()
    moderator = make_staff("Moderator", username=f"moderator-{article.pk}")
    for verb, which in steps:
        replies = list(Comment.objects.filter(article=article).order_by("pk"))
        if replies and verb not in {"add", "point"}:
            change(replies[which % len(replies)], verb, moderator)
        else:
            make_approved_reply(article, about_heading="h-part" if verb == "point" else "")
        assert kept(article) == counted(article)


def change(reply: Comment, verb: str, moderator: User) -> None:
    chosen = Comment.objects.filter(pk=reply.pk)
    match verb:
        case "answer":
            make_approved_reply(reply.article, parent=reply)
        case "approve":
            chosen.approve(by=moderator)
        case "reject":
            chosen.reject(by=moderator)
        case "spam":
            chosen.mark_spam(by=moderator)
        case "undo":
            for batch in filter(None, reply.decisions.values_list("batch", flat=True)[:1]):
                Comment.objects.undo(batch, by=moderator)
        case "withdraw" if reply.is_editable(Policy.current()):
            reply.withdraw()
        case "erase":
            chosen.erase()
        case "delete":
            chosen.delete_unanswered()


def test_an_address_proven_while_a_moderator_approves_leaves_the_reply_counted() -> None:
    article, moderator = make_article(), make_staff("Moderator")
    root = make_approved_reply(article)
    for waiting in (make_reply(article), make_reply(article, parent=root)):
        as_read = Comment.objects.get(pk=waiting.pk)
        waiting.approve(by=moderator)
        prove(as_read)
        assert kept(article) == counted(article)
        waiting.reject(by=moderator)
        assert kept(article) == counted(article)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes one writer at a time anyway.")
def test_whoever_proves_an_address_takes_a_turn_before_locking_the_reply() -> None:
    reply = make_reply(make_article())
    taken = taken_by(lambda: prove(reply))
    assert taken.index("DISCUSSIONS") < taken.index("comments_comment")


def test_many_answers_in_one_thread_are_decided_on_in_as_many_queries_as_a_few() -> None:
    article, moderator = make_article(), make_staff("Moderator")
    root, now = make_approved_reply(article), timezone.now()
    make_approved_replies(article, 4 * SPACING, parent=root)
    taken = []
    for count in (10, 60):
        times = [now - timedelta(seconds=number) for number in range(count)]
        waiting = [make_reply(article, parent=root, submitted_at=at) for at in times]
        chosen = Comment.objects.filter(pk__in=[reply.pk for reply in waiting])
        with CaptureQueriesContext(connection) as queries:
            chosen.approve(by=moderator)
            chosen.reject(by=moderator)
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_a_long_chain_of_answers_goes_in_as_many_queries_as_a_short_one() -> None:
    article, moderator, taken = make_article(), make_staff("Moderator"), []
    for length in (2, 20):
        above = kept = make_reply(article)
        make_approved_reply(article, parent=kept)
        for _ in range(length):
            above = make_reply(article, parent=above)
        with CaptureQueriesContext(connection) as queries:
            assert Comment.objects.all().delete_unanswered() == length
        assert set(Comment.objects.pending()) == {kept}
        kept.approve(by=moderator)
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_counting_anew_says_what_is_kept() -> None:
    article = make_article()
    root = make_reply(article)
    make_approved_reply(article, parent=root, about_heading="h-part")
    make_approved_reply(article)
    stored = kept(article)
    Tally.objects.all().delete()
    Comment.objects.filter(article=article).update(is_listed=False, visible_answers=0)
    tally_anew()
    assert kept(article) == stored


def test_far_pages_of_a_discussion_are_read_by_marks() -> None:
    article = make_article()
    root = make_approved_reply(article, submitted_at=timezone.now() - timedelta(days=9))
    for parent in (root, None):
        make_approved_replies(article, 5 * SPACING, parent=parent)
    assert Mark.objects.filter(list=f"replies-{article.pk}").count() >= 2
    every = list(Comment.objects.filter(article=article, root=None).oldest_first().values_list("pk", flat=True))
    listed = listed_roots(Comment.objects.all(), article.pk)
    assert [spot.number for spot in listed.oldest(400, 51)] == every[400:451]
    assert [spot.number for spot in listed.newest(400, 51, until=timezone.now())] == every[::-1][400:451]
    answers = list(Comment.objects.filter(root=root).oldest_first().values_list("pk", flat=True))
    assert [spot.number for spot in visible_answers(Comment.objects.all(), root.pk).oldest(300, 9)] == answers[300:309]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's test database is one that threads share")
def test_moderators_who_decide_at_once_wait_for_each_other_and_nobody_for_ever() -> None:
    article = make_article()
    roots = [make_approved_reply(article) for _ in range(4)]
    replies = [*roots, *(make_approved_reply(article, parent=root) for root in roots)]
    moderators = [make_staff("Moderator", username=f"moderator-{number}") for number in range(4)]

    def decide(number: int) -> None:
        try:
            for step in range(15):
                chosen = replies[(number + step) % 8 :: 3]
                verb = Comment.objects.filter(pk__in=[reply.pk for reply in chosen])
                (verb.approve if (step + number) % 2 else verb.reject)(by=moderators[number])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(decide, range(4)))
    assert kept(article) == counted(article)
