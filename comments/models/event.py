"""What limits count, shared by every process through the database."""

import time

from django.db import models


class Event(models.Model):
    """Something that one client did, or that happened to one article, at one moment; gone after an hour."""

    what = models.CharField(max_length=20)
    who = models.CharField(max_length=64)
    at = models.FloatField(default=time.time)  # seconds since 1970: nobody reads it as a date

    class Meta:
        indexes = (
            models.Index(fields=["what", "who", "at"], name="event_in_a_window"),
            models.Index(fields=["at"], name="event_by_time"),
        )

    def __str__(self) -> str:
        return self.what
