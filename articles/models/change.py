"""What changed of what readers see, so that no copy of a page outlives it."""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import models, transaction
from django.utils import timezone

from articles.batches import BATCH, batches
from articles.models.prepared import PreparedArticle
from articles.models.turn import Turn, take_turn

LEASE = 0.02  # seconds: a process may show what it last saw for so long, and whoever changes it waits as long
KEPT = timedelta(days=2)  # far longer than any process goes without looking

Row_co = TypeVar("Row_co", bound="Shown", covariant=True)


class ChangeQuerySet(models.QuerySet["Change"]):
    """Notes changes."""

    def note(self, keys: Iterable[str], *, at: datetime | None = None) -> None:
        """Note that what these keys name has changed, or will at a time to come, in the transaction that changes it.

        When that transaction has ended, it is waited until no process shows anything older, and caches in front of
        them are told; see `tell`.
        """
        noted = frozenset(keys)
        if noted:
            changes = [Change(key=key, due_at=at, is_owed=bool(tell)) for key in sorted(noted)]
            self.bulk_create(changes, batch_size=BATCH)
            PreparedArticle.objects.forget(noted)
            _noted.keys |= noted
            transaction.on_commit(_settle, robust=True)  # what is stored has not failed

    def over(self) -> "ChangeQuerySet":
        """Select what every process has seen long ago, and every cache in front has heard."""
        past = timezone.now() - KEPT
        return self.filter(models.Q(due_at__isnull=True) | models.Q(due_at__lt=past), made_at__lt=past, is_owed=False)


class Change(models.Model):
    """Something that pages show has changed, or will; pages say by the same keys what they show.

    It is stored with the change itself, so that whoever sees the one can see the other, and a process that dies
    between the two leaves no old page behind.
    """

    key = models.CharField(max_length=160, db_index=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    is_owed = models.BooleanField(default=False, db_default=False)  # caches in front are still to be told again

    objects = ChangeQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["made_at"], condition=models.Q(is_owed=True), name="change_owed"),)

    def __str__(self) -> str:
        return self.key


tell: list[Callable[[frozenset[str]], object]] = []
"""Caches in front: what to call with the keys of each change once it is stored and no process shows anything older."""

afterwards: list[Callable[[frozenset[str]], object]] = []
"""What else to call with them then."""


class _Noted(threading.local):
    """The keys that this thread noted and that nobody was told of yet."""

    def __init__(self) -> None:
        self.keys: set[str] = set()


_noted = _Noted()


def _settle() -> None:
    """Wait and tell, once for all that a transaction noted; what was taken back is told with the next one, in vain."""
    if not _noted.keys:
        return
    keys = frozenset(_noted.keys)
    _noted.keys.clear()
    time.sleep(LEASE)
    for hear in [*tell, *afterwards]:
        hear(keys)


@dataclass(frozen=True)
class Traces:
    """What some rows leave where readers see them: the keys of pages, and the facts that other tables derive."""

    keys: set[str] = field(default_factory=set)
    facts: dict[Any, Any] = field(default_factory=dict)


class ShownQuerySet(models.QuerySet[Row_co]):
    """Rows that pages show: whoever changes them notes it."""

    def locked(self) -> Self:
        """Select rows that nobody else can change before the transaction ends."""
        self.model.take_turn()
        return self.select_for_update(of=("self",))

    def update(self, **kwargs: Any) -> int:
        """Update the rows, and note what they were and what they are."""
        with transaction.atomic(savepoint=False):
            self.model.take_turn()
            chosen = list(self.order_by().values_list("pk", flat=True))
            return sum(self._update(batch, kwargs) for batch in batches(chosen))

    def _update(self, chosen: list[Any], values: dict[str, Any]) -> int:
        rows = self.model.rows(chosen)
        before = self.model.traces_of(rows)
        count = rows.update(**values)
        self.model.note_change(before, self.model.traces_of(rows))
        return count

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows, and note what they were."""
        with transaction.atomic(savepoint=False):
            self.model.take_turn()
            before = self.model.traces_of(self.select_related(None))
            PreparedArticle.objects.forget(before.keys)  # what shows them is known only as long as they are there
            deleted = super().delete()
            self.model.note_change(before, Traces())
        return deleted

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        """Store the rows, and note what they are."""
        rows = list(objs)
        with transaction.atomic(savepoint=False):
            self.model.take_turn()
            made = super().bulk_create(rows, *args, **{"batch_size": BATCH, **kwargs})
            keys = [row.pk for row in rows if row.pk]
            for batch in batches(keys):
                self.model.note_change(Traces(), self.model.traces_of(self.model.rows(batch)))
        return made


class Shown(models.Model):
    """A row that pages show.

    A page says which rows it shows by keys such as `article-7`; a row says by the same keys what a change of it
    changes. So a page that is kept is known to be old once one of its keys was noted after it was made.

    Its manager must be made of a ShownQuerySet; a test looks after that.
    """

    KEY_FIELDS: ClassVar[tuple[str, ...]] = ()  # what `page_keys()` reads, beside the primary key
    TURN: ClassVar[Turn] = Turn.PAPER  # whose changes come one after the other

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row, and note what it was and what it is."""
        with transaction.atomic(savepoint=False):
            if self.is_shown:
                self.take_turn()
            before = Traces() if self._state.adding else self.traces_of(self.rows([self.pk]))
            super().save(*args, **kwargs)
            self.note_change(before, self.traces())

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row, and note what it was."""
        with transaction.atomic(savepoint=False):
            self.take_turn()
            before = self.traces_of(self.rows([self.pk]))
            PreparedArticle.objects.forget(before.keys)  # what shows it is known only as long as it is there
            deleted = super().delete(*args, **kwargs)
            self.note_change(before, Traces())
        return deleted

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Judge what was typed as it will be stored: a title of invisible characters is none."""
        self.tidy()
        super().clean_fields(exclude=exclude)

    def tidy(self) -> None:
        """Make what was typed fit for a page."""

    def page_keys(self) -> set[str]:
        """Return the keys of what pages show of this row."""
        raise NotImplementedError

    @property
    def is_shown(self) -> bool:
        """Whether any page may show the row, as it was or as it is to be stored."""
        return True

    @classmethod
    def take_turn(cls) -> None:
        """Wait until nobody else changes such rows, or others that the same tables are derived from."""
        take_turn(cls.TURN)

    def traces(self) -> Traces:
        """Return what this row leaves where readers see it, now that it is stored."""
        return Traces(self.page_keys(), self.facts_of(self.rows([self.pk])))

    @classmethod
    def rows(cls, keys: list[Any]) -> "models.QuerySet[Any]":
        """Select rows by their primary keys, without noting anything."""
        return models.QuerySet(cls).filter(pk__in=keys)

    @classmethod
    def keys_of(cls, rows: "models.QuerySet[Any]") -> set[str]:
        """Return the keys of all these rows."""
        return {key for row in rows.order_by().only("pk", *cls.KEY_FIELDS) for key in row.page_keys()}

    @classmethod
    def facts_of(cls, rows: "models.QuerySet[Any]") -> dict[Any, Any]:  # noqa: ARG003 - for those that have some
        """Return, by primary key, what other tables derive from these rows."""
        return {}

    @classmethod
    def traces_of(cls, rows: "models.QuerySet[Any]") -> Traces:
        """Return what these rows leave where readers see them."""
        return Traces(cls.keys_of(rows), cls.facts_of(rows))

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note a change, and keep what is derived from these rows in step."""
        Change.objects.note(before.keys | after.keys)
