"""What has to be done from time to time, by whichever process comes first."""

from datetime import timedelta

from django.db import models
from django.utils import timezone


class ChoreManager(models.Manager["Chore"]):
    """Hands chores out."""

    def take(self, name: str, every: timedelta) -> bool:
        """Whether the caller is the one to do a chore now; nobody else is until its pause is over."""
        now = timezone.now()
        if self.filter(name=name, taken_at__lte=now - every).update(taken_at=now):
            return True
        return self.get_or_create(name=name, defaults={"taken_at": now})[1]


class Chore(models.Model):
    """When something that has to be done from time to time was last taken up."""

    name = models.CharField(max_length=40, unique=True)
    taken_at = models.DateTimeField()

    objects = ChoreManager()

    def __str__(self) -> str:
        return self.name
