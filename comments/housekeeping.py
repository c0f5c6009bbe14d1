"""What has to be done from time to time, whoever does it: a server process, the worker, or cron."""

from datetime import timedelta

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from articles.admin.safe_saving import forget_old
from articles.links.checking import check_due_links
from comments import retention
from comments.announcing import announce_digests
from comments.limits import HOUR
from comments.mailing import deliver_overdue
from comments.models import Chore, Comment, Event
from comments.rules.learning import retrain

FINISHED_TASKS_KEPT = timedelta(hours=1)  # some hold an address, encrypted
DAY = timedelta(days=1)


def tidy() -> None:
    """Do every chore that is due, and that no other process has taken up."""
    if Chore.objects.take("overdue mail", timedelta(minutes=10)):
        deliver_overdue()
    if Chore.objects.take("interrupted tasks", timedelta(minutes=5)):
        # Each can be run again: what it owes or finds is stored once.
        interrupted = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - timedelta(minutes=10))
        interrupted.update(status=TaskResultStatus.READY)
    if Chore.objects.take("digests", timedelta(minutes=5)):
        announce_digests(is_anything_waiting=Comment.objects.waiting().exists())
    if Chore.objects.take("counted events", timedelta(minutes=10)):
        Event.objects.filter(at__lt=timezone.now() - HOUR).delete()
    if Chore.objects.take("retention", DAY):
        retention.carry_out()
    if Chore.objects.take("learning", DAY):
        retrain()
    if Chore.objects.take("unsaved drafts", DAY):
        forget_old()
    if Chore.objects.take("finished tasks", HOUR):
        over = timezone.now() - FINISHED_TASKS_KEPT
        DBTaskResult.objects.finished().filter(finished_at__lt=over).delete()
    if Chore.objects.take("links", timedelta(minutes=2)):
        check_due_links()
