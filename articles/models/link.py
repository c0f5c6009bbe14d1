"""What is known of an address that sources lead to: whether it still answers, and still says what it said."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from articles.models.change import Shown, ShownQuerySet, Traces
from articles.models.prepared import PreparedArticle

if TYPE_CHECKING:
    from articles.models.work import Work

DAYS_UNTIL_BELIEVED = 3
NEXT_IF_WELL = timedelta(days=7)
NEXT_IF_FAILED = timedelta(days=1)
NEXT_IF_BUSY = timedelta(minutes=10)
TAKEN_FOR = timedelta(hours=1)


class HostTurnManager(models.Manager["HostTurn"]):
    """Hands out turns to ask a host, among all processes."""

    def take(self, host: str) -> bool:
        """Whether the caller may ask a host now; nobody else may until it gives the turn back."""
        now = timezone.now()
        if self.filter(host=host, free_at__lte=now).update(free_at=now + HostTurn.LONGEST):
            return True
        return self.get_or_create(host=host, defaults={"free_at": now + HostTurn.LONGEST})[1]

    def give_back(self, host: str) -> None:
        """Let the next one ask, after a pause."""
        self.filter(host=host).update(free_at=timezone.now() + HostTurn.PAUSE)


class HostTurn(models.Model):
    """When a host may be asked again, by whichever process comes first."""

    LONGEST = timedelta(seconds=30)  # longer than a request may last: whoever was killed holds it no longer
    PAUSE = timedelta(seconds=1)

    host = models.CharField(max_length=255, unique=True)
    free_at = models.DateTimeField()

    objects = HostTurnManager()

    def __str__(self) -> str:
        return self.host


@dataclass(frozen=True)
class Finding:
    """What one look at an address found."""

    status: "LinkCheck.Status"
    note: str = ""
    status_code: int | None = None
    final_url: str = ""
    etag: str = ""
    last_modified: str = ""
    fingerprint: str = ""


class LinkCheckQuerySet(ShownQuerySet["LinkCheck"]):
    """Which addresses."""

    def watch(self, work: "Work") -> None:
        """Have the address of a work looked at from now on."""
        self.get_or_create(work=work)

    def due(self) -> "LinkCheckQuerySet":
        """Select what it is time to look at again, the longest overdue first."""
        return self.filter(next_check_at__lte=timezone.now()).cited().order_by("next_check_at", "pk")

    def cited(self) -> "LinkCheckQuerySet":
        """Leave out what no source leads to any more."""
        cited = LinkCheck.objects.filter(pk=OuterRef("pk"), work__sources__isnull=False)
        return self.filter(Exists(cited))

    def counts(self, *, up_to: int) -> dict[str, int]:
        """Return how many addresses there are of each status, counted to one more than a number."""
        rows = self.order_by().values("pk")
        return {status.value: rows.filter(status=status)[: up_to + 1].count() for status in LinkCheck.Status}

    def troubled(self, most: int) -> "list[LinkCheck]":
        """Return what somebody ought to look at, the newest first."""
        links = self.select_related("work").defer("fingerprint").order_by("-checked_at", "-pk")
        newest = [link for status in LinkCheck.TROUBLE for link in links.filter(status=status)[:most]]
        return sorted(newest, key=lambda link: (link.checked_at is not None, link.checked_at, link.pk), reverse=True)[
            :most
        ]


class LinkCheck(Shown):
    """The health of a work's address. A failure is believed when it is seen on three different days."""

    class Status(models.TextChoices):
        """What the last looks found."""

        UNCHECKED = "unchecked", "Not checked yet"
        OK = "ok", "Online"
        MOVED = "moved", "Moved"
        CHANGED = "changed", "Content changed since cited"
        HOME = "home", "Redirected to the home page"
        SOFT_404 = "soft_404", "Replaced by a “not found” page"
        DOUBTFUL = "doubtful", "Failed, to be tried again"
        GONE = "gone", "Gone"
        UNREACHABLE = "unreachable", "Unreachable"
        BLOCKED = "blocked", "Refuses our checks"
        FORBIDDEN = "forbidden", "Not to be checked"

    FAILURES = (Status.GONE, Status.UNREACHABLE)
    SEEN = (Status.OK, Status.MOVED, Status.CHANGED)
    TROUBLE = (Status.MOVED, Status.CHANGED, Status.HOME, Status.SOFT_404, Status.DOUBTFUL, *FAILURES)

    KEY_FIELDS = ("work_id", "status")

    work = models.OneToOneField("articles.Work", on_delete=models.CASCADE, related_name="link")
    status = models.CharField(max_length=12, choices=Status, default=Status.UNCHECKED, db_default=Status.UNCHECKED)
    note = models.CharField(max_length=300, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    final_url = models.CharField("final URL", max_length=2000, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField("last seen", null=True, blank=True)
    next_check_at = models.DateTimeField(default=timezone.now, db_index=True)
    failed_days = models.PositiveSmallIntegerField(default=0)
    failed_on = models.DateField("last failed on", null=True, blank=True)
    etag = models.CharField(max_length=100, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    fingerprint = models.TextField(blank=True)  # of the text as it was when it was first read

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["status", "-checked_at", "-work"], name="link_check_by_status"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "unchecked", "ok", "moved", "changed", "home", "soft_404", "doubtful", "gone", "unreachable",
                        "blocked", "forbidden",
                    ]
                ),
                name="link_check_status_is_known",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.work}: {self.get_status_display()}"

    def page_keys(self) -> set[str]:
        """Name the pages that say of a source that it is gone."""
        return {f"work-{self.work_id}"} if self.is_gone else set()

    @classmethod
    def facts_of(cls, rows: models.QuerySet[Any]) -> dict[Any, Any]:
        """Return what articles show of those that are gone, by their works."""
        gone = rows.filter(status=cls.Status.GONE)
        return {work: shown for work, *shown in gone.values_list("work", "seen_at")}

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and have the articles that lead there made anew if they show it."""
        super().note_change(before, after)
        PreparedArticle.objects.forget_if_changed("article__sources__work", before.facts, after.facts)

    @property
    def is_gone(self) -> bool:
        """Whether readers are told that the page is no longer there."""
        return self.status == self.Status.GONE

    @property
    def cited_url(self) -> str:
        """Return the address to ask for, as a source has it: the canonical one may only be good for comparing."""
        source = self.work.sources.exclude(url="").order_by("pk").first()
        return source.url if source else self.work.url

    def take(self) -> bool:
        """Whether the caller is the one to look at it now; nobody else is for an hour."""
        until = timezone.now() + TAKEN_FOR
        is_taken = bool(self._untouched.update(next_check_at=until))
        self.next_check_at = until if is_taken else self.next_check_at
        return is_taken

    def postpone(self) -> None:
        """Leave it for a little later: its host is busy."""
        self._untouched.update(next_check_at=timezone.now() + NEXT_IF_BUSY)

    def accept(self) -> None:
        """Take the page as it is now for what was cited: the next look remembers its text."""
        LinkCheck.objects.filter(pk=self.pk).update(
            fingerprint="", etag="", last_modified="", status=self.Status.UNCHECKED, next_check_at=timezone.now()
        )

    @transaction.atomic
    def record(self, finding: Finding) -> None:
        """Keep what a look found, unless somebody has accepted the page meanwhile, or has it looked at again."""
        if self._untouched.locked().first() is None:
            return
        now = timezone.now()
        self.checked_at, self.note, self.status_code = now, finding.note[:300], finding.status_code
        self.final_url = finding.final_url[:2000]
        if finding.status in self.FAILURES:
            self._record_failure(finding)
        else:
            self._record_answer(finding)
        self.next_check_at = now + (NEXT_IF_FAILED if finding.status in self.FAILURES else NEXT_IF_WELL)
        self.save()

    @property
    def _untouched(self) -> LinkCheckQuerySet:
        """Select its row if nobody decided on it, or took it, since it was read or taken."""
        return LinkCheck.objects.filter(pk=self.pk, next_check_at=self.next_check_at)

    def _record_failure(self, finding: Finding) -> None:
        today = timezone.localdate()
        if self.failed_on != today:
            self.failed_days += 1
            self.failed_on = today
        is_believed = self.failed_days >= DAYS_UNTIL_BELIEVED
        self.status = finding.status if is_believed else self.Status.DOUBTFUL

    def _record_answer(self, finding: Finding) -> None:
        self.status = finding.status
        if finding.status in {self.Status.BLOCKED, self.Status.FORBIDDEN}:
            return  # it says nothing of the page: what was known of its failures stays
        self.failed_days, self.failed_on = 0, None
        if finding.status in self.SEEN:
            self.seen_at = self.checked_at
            self.etag, self.last_modified = finding.etag, finding.last_modified
            self.fingerprint = self.fingerprint or finding.fingerprint
