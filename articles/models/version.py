"""What an article said, version by version."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from articles.models.change import Shown, ShownQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from articles.models.article import Article


class VersionQuerySet(ShownQuerySet["Version"]):
    """Keeps versions."""

    def keep(self, article: "Article", *, by: "User | None", comment: str = "") -> "Version | None":
        """Store what an article says now, unless its newest version says the same; return the version, if one is new.

        The article's row must be locked, or just written, so that numbers are given once.
        """
        state = article.state()
        digest = hashlib.sha256(json.dumps(state, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()
        newest = self.filter(article=article).order_by("-number").values("number", "digest").first()
        if newest and newest["digest"] == digest:
            return None
        number = newest["number"] + 1 if newest else 1
        return self.create(article=article, number=number, by=by, comment=comment, digest=digest, state=state)


class Version(Shown):
    """An article with its key points, sources, tags and byline, as it was saved once; never changed afterwards."""

    KEY_FIELDS = ("article_id",)

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    comment = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    state = models.JSONField(encoder=DjangoJSONEncoder)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["article", "number"], name="version_number_is_unique"),)

    def __str__(self) -> str:
        return f"Version {self.number}"

    def page_keys(self) -> set[str]:
        """Name the pages of its article."""
        return {f"article-{self.article_id}"}

    @property
    def is_of_published(self) -> bool:
        """Whether the article was published, or scheduled, when it said this."""
        return bool(self.state["status"] == "published")


class Autosave(models.Model):
    """What somebody has typed into an article's form and not saved yet; seen by nobody else."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey("articles.Article", null=True, on_delete=models.CASCADE, related_name="autosaves")
    saved_at = models.DateTimeField(auto_now=True)
    fields: Any = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "article"], name="autosave_is_one_of_each"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(article=None), name="autosave_of_a_new_article_is_one"
            ),
        )

    def __str__(self) -> str:
        return f"What {self.user} typed"


class Presence(models.Model):
    """Somebody who has an article's form open."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="presences")
    since = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "article"], name="presence_is_one_of_each"),)

    def __str__(self) -> str:
        return f"{self.user}, since {timezone.localtime(self.since):%H:%M}"
