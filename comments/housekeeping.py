"""What has to be done from time to time, whoever does it: a server process, the worker, or cron."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from articles.admin.safe_saving import forget_old
from articles.links.checking import check_due_links
from articles.models import Change, PreparedArticle
from articles.preparing import prepare_old
from comments import retention
from comments.announcing import announce_digests
from comments.limits import HOUR
from comments.mailing import deliver_overdue
from comments.models import Chore, Comment, Event
from comments.rules.learning import retrain

FINISHED_TASKS_KEPT = timedelta(hours=1)  # some hold an address, encrypted
PARTS_AT_ONCE = 100  # articles: a few seconds of work
DAY = timedelta(days=1)


def tidy(goes_on: Callable[[], bool] = lambda: True) -> None:
    """Do every chore that is due, and that no other process has taken up; raises as `do_all` does."""
    do_all(do for name, pause, do in CHORES if goes_on() and Chore.objects.take(name, pause))


def do_all(work: Iterable[Callable[[], object]]) -> None:
    """Do one after the other, also when one fails; raises an ExceptionGroup of what went wrong, if anything did."""
    errors: list[Exception] = []
    for do in work:
        try:
            do()
        except Exception as error:  # noqa: BLE001 - it is raised below
            errors.append(error)
    if errors:
        raise ExceptionGroup("Some of the work failed, and will be tried again", errors)


def _resume_tasks() -> None:
    # Each can be run again: what it owes or finds is stored once.
    now = timezone.now()
    interrupted = DBTaskResult.objects.running().filter(started_at__lt=now - timedelta(minutes=10))
    # The database was away, or let somebody else go first.
    failed = DBTaskResult.objects.failed().filter(
        exception_class_path=f"{OperationalError.__module__}.{OperationalError.__name__}", enqueued_at__gt=now - DAY
    )
    (interrupted | failed).update(status=TaskResultStatus.READY)


def _send_digests() -> None:
    announce_digests(is_anything_waiting=Comment.objects.waiting().exists())


def _forget_events() -> None:
    Event.objects.filter(at__lt=(timezone.now() - HOUR).timestamp()).delete()


def _forget_tasks() -> None:
    over = timezone.now() - FINISHED_TASKS_KEPT
    DBTaskResult.objects.finished().filter(finished_at__lt=over).delete()


def _forget_failed_sign_ins() -> None:
    # Else they stay until the next one fails, with the network address.
    over = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    AccessAttempt.objects.filter(attempt_time__lte=over).delete()


def _forget_changes() -> None:
    Change.objects.over().delete()


def _prepare_parts() -> None:
    prepare_old(PARTS_AT_ONCE, PreparedArticle.objects.all())


CHORES = (
    ("parts of pages", timedelta(seconds=30), _prepare_parts),
    ("links", timedelta(minutes=2), check_due_links),
    ("interrupted tasks", timedelta(minutes=5), _resume_tasks),
    ("digests", timedelta(minutes=5), _send_digests),
    ("overdue mail", timedelta(minutes=10), deliver_overdue),
    ("counted events", timedelta(minutes=10), _forget_events),
    ("failed sign-ins", timedelta(minutes=10), _forget_failed_sign_ins),
    ("finished tasks", HOUR, _forget_tasks),
    ("noted changes", HOUR, _forget_changes),
    ("retention", DAY, retention.carry_out),
    ("learning", DAY, retrain),
    ("unsaved drafts", DAY, forget_old),
)
