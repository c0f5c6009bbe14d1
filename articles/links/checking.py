"""Looking at the addresses of sources: at those that are due from time to time, and at one when somebody asks."""

from collections.abc import Iterator
from time import monotonic

from django_tasks import task

from articles.links.asking import ask
from articles.links.connection import Deadline
from articles.links.errors import AddressRefused, BadAnswer, HostBusy, LinkError, RobotsForbid, TimedOut
from articles.links.fetching import Answer
from articles.links.judging import NOT_MODIFIED, Status, judge, judge_unchanged
from articles.models.link import Finding, LinkCheck, LinkCheckQuerySet

CHECK_SECONDS = 60
CHECKS_PER_RUN = 20
RUN_SECONDS = 15  # no look is begun after that, so that a worker's other tasks don't wait for long
TOO_MANY_REQUESTS = 429
BATCH = 100


def check_due_links() -> int:
    """Look at some of the addresses that are due; return how many. It is called every few minutes."""
    started, done = monotonic(), 0
    for link in LinkCheck.objects.due().select_related("work")[:CHECKS_PER_RUN]:
        if monotonic() - started > RUN_SECONDS:
            break
        done += link.take() and check(link)
    return done


def check_each(links: LinkCheckQuerySet, *, limit: int | None = None) -> Iterator[LinkCheck]:
    """Look at each address of a selection and yield it with what was found."""
    keys = list(links.values_list("pk", flat=True)[:limit])
    for start in range(0, len(keys), BATCH):
        batch = LinkCheck.objects.select_related("work").in_bulk(keys[start : start + BATCH])
        for pk in keys[start : start + BATCH]:
            if pk in batch and batch[pk].take():
                check(batch[pk])
                yield batch[pk]


@task(priority=-10)
def check_work(pk: int) -> None:
    """Look at the address of a work now."""
    link = LinkCheck.objects.select_related("work").filter(work=pk).first()
    if link and link.take():
        check(link)


def check(link: LinkCheck) -> bool:
    """Look at an address and record what was found; whether it was its turn."""
    try:
        link.record(_look(link, link.cited_url, Deadline(CHECK_SECONDS)))
    except HostBusy:
        link.postpone()
        return False
    except (RobotsForbid, AddressRefused) as error:
        link.record(Finding(Status.FORBIDDEN, str(error)))
    except LinkError as error:
        link.record(Finding(Status.UNREACHABLE, str(error)))
    return True


def _look(link: LinkCheck, url: str, deadline: Deadline) -> Finding:
    headers = _conditions(link)
    head = _head(url, headers, deadline)
    if head and _is_unchanged(link, head):
        return judge_unchanged(link, url, head)
    if head and (head.status == TOO_MANY_REQUESTS or (head.is_ok and not head.is_text)):
        return judge(link, url, head, deadline)
    answer = ask(url, headers=headers, deadline=deadline)
    if answer.status == NOT_MODIFIED and headers:
        return judge_unchanged(link, url, answer)
    return judge(link, url, answer, deadline)


def _head(url: str, headers: dict[str, str], deadline: Deadline) -> Answer | None:
    """Ask for the head alone; nothing comes back from a server that doesn't know how."""
    try:
        return ask(url, method="HEAD", headers=headers, deadline=deadline)
    except (BadAnswer, TimedOut):
        return None


def _conditions(link: LinkCheck) -> dict[str, str]:
    """Return the headers that ask only for what is new (RFC 9110, 13.1), if the page was there at the last look."""
    if link.status not in link.SEEN:
        return {}
    conditions = {"If-None-Match": link.etag, "If-Modified-Since": link.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _is_unchanged(link: LinkCheck, head: Answer) -> bool:
    if link.status not in link.SEEN or not (link.etag or link.last_modified):
        return False
    same = (head.headers.get("etag", ""), head.headers.get("last-modified", "")) == (link.etag, link.last_modified)
    return head.status == NOT_MODIFIED or (head.is_ok and same and bool(link.etag))
