"""The rules that look at every new reply, as the site has set them, and what they found."""

import ipaddress
import re
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from articles.models import Shown, ShownQuerySet
from articles.richtext import clean_line
from comments import personal_data


class Answer(models.TextChoices):
    """What a rule says of a reply."""

    HOLD = "hold", "Hold for a moderator"
    SPAM = "spam", "File as spam"
    APPROVE = "approve", "Approve"


class RuleQuerySet(ShownQuerySet["Rule"]):
    """Which rules."""

    def in_force(self) -> "RuleQuerySet":
        """Select the rules that are switched on, in their order."""
        return self.filter(is_on=True).order_by("position", "pk")


class Rule(Shown):
    """One rule's settings; what it does stands under the same name in `comments.rules`."""

    name = models.CharField(max_length=40, unique=True, editable=False)
    position = models.PositiveSmallIntegerField(default=1, help_text="The first rule that fires decides.")
    is_on = models.BooleanField("on", default=True)
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.HOLD)
    threshold = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(100_000)])
    days = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(3650)])

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(answer__in=["hold", "spam", "approve"]), name="rule_answer_is_known"),
        )

    def __str__(self) -> str:
        return self.name.replace("_", " ")

    def page_keys(self) -> set[str]:
        """Name what is kept of the rules in memory."""
        return {"rules"}


class Block(Shown):
    """A word, an e-mail address or a network from which a site wants no replies, or none unseen."""

    class Kind(models.TextChoices):
        """What is blocked."""

        WORD = "word", "Word or phrase"
        ADDRESS = "address", "E-mail address, or @domain"
        NETWORK = "network", "Network address or range"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.WORD)
    pattern = models.CharField(
        max_length=200,
        help_text="A whole word in any case (word* matches its beginnings), somebody@example.org or @example.org, or "
        "192.0.2.0/24. An e-mail address is kept only as a fingerprint.",
    )
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    objects = ShownQuerySet["Block"].as_manager()

    class Meta:
        ordering = ("kind", "pattern")
        constraints = (
            models.UniqueConstraint(fields=["kind", "pattern", "fingerprint"], name="block_is_listed_once"),
            models.CheckConstraint(condition=Q(kind__in=["word", "address", "network"]), name="block_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.pattern}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it; of an e-mail address only the fingerprint and a masked form."""
        self._mask()
        super().save(*args, **kwargs)

    def page_keys(self) -> set[str]:
        """Name what is kept of the rules in memory."""
        return {"rules"}

    def clean(self) -> None:
        """Refuse what could never match."""
        self.pattern = clean_line(self.pattern)
        if self.kind == self.Kind.NETWORK:
            try:
                self.pattern = str(ipaddress.ip_network(self.pattern, strict=False))
            except ValueError as error:
                raise ValidationError({"pattern": "Enter an IP address or a network such as 192.0.2.0/24."}) from error
        if self.kind == self.Kind.ADDRESS and not self.fingerprint and "@" not in self.pattern:
            raise ValidationError({"pattern": "Enter an e-mail address, or a domain such as @example.org."})
        if self.kind == self.Kind.WORD and (not self.pattern.strip("* ") or "@" in self.pattern):
            raise ValidationError({"pattern": "Enter a word or phrase; an e-mail address is a kind of its own."})
        self._mask()
        same = Block.objects.filter(kind=self.kind, pattern=self.pattern, fingerprint=self.fingerprint)
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"pattern": "This is on the list already."})

    def _mask(self) -> None:
        if self.kind == self.Kind.ADDRESS and not self.fingerprint:
            self.fingerprint = personal_data.fingerprint(self.pattern)
            self.pattern = personal_data.masked(self.pattern)

    def found_in(self, text: str) -> str:
        """Return the first place in a text that a blocked word matches; empty if it doesn't."""
        found = self._expression.search(text)
        return found[0] if found else ""

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        words = re.escape(self.pattern.rstrip("*")).replace(r"\ ", r"\s+")
        ending = "" if self.pattern.endswith("*") else r"(?!\w)"
        return re.compile(rf"(?<!\w){words}{ending}", re.IGNORECASE)


class Finding(models.Model):
    """A rule that fired on a reply: its answer, the sentence why, and what it saw. The deciding one comes first."""

    comment = models.ForeignKey(  # the constraint's index begins with it
        "comments.Comment", on_delete=models.CASCADE, related_name="findings", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=40, db_index=True)
    answer = models.CharField(max_length=10, choices=Answer)
    reason = models.CharField(max_length=300)
    seen = models.JSONField(default=dict)

    class Meta:
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=["comment", "rule"], name="finding_of_a_rule_once"),)

    def __str__(self) -> str:
        return f"{self.label}: {self.reason}"

    @property
    def label(self) -> str:
        """The rule's name as people read it."""
        return self.rule.replace("_", " ")
