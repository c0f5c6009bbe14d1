"""Tags: one for each name, whatever its case and spacing, and an address that outlives renaming and merging."""

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.signals import post_delete, post_save, pre_delete
from taggit.models import Tag

from articles.models.change import Change
from articles.models.place import sitemap_part
from articles.richtext import clean_line
from articles.slugs import free_slug, slug_from

MAX_TAG_CHARACTERS = 100
MAX_SLUG_FROM_NAME = 90  # the rest is for a number
MAX_KEY_CHARACTERS = 200


def tag_key(name: str) -> str:
    """Return what two names of one tag have in common: no case, no width, and hyphens and underscores are spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("-", " ").replace("_", " ")
    return " ".join(folded.split())[:MAX_KEY_CHARACTERS]


def tag_slug(name: str, tags: models.QuerySet[Any]) -> str:
    """Return a slug for the name of a tag that none of these tags has; taggit's would be empty for some names."""
    return free_slug(slug_from(name, most=MAX_SLUG_FROM_NAME, stand_in="tag"), tags)


class TagKeyManager(models.Manager["TagKey"]):
    """Finds and makes tags."""

    def tags(self, names: Iterable[str]) -> list[Tag]:
        """Return the tags with these names, each once; those that aren't there yet are made."""
        cleaned = filter(None, map(clean_line, names))
        by_key: dict[str, str] = {}
        for name in cleaned:
            by_key.setdefault(tag_key(name), name[:MAX_TAG_CHARACTERS])
        return [self._tag(key, name) for key, name in by_key.items() if key]

    def owner(self, name: str) -> Tag | None:
        """Return the tag whose name is this one but for case and spacing."""
        known = self.select_related("tag").filter(key=tag_key(name)).first()
        return known.tag if known else None

    def _tag(self, key: str, name: str) -> Tag:
        tag = self.owner(name)
        if tag is None:
            try:
                with transaction.atomic():
                    tag = Tag.objects.filter(name__iexact=name, key=None).first()
                    tag = tag or Tag.objects.create(name=name, slug=tag_slug(name, Tag.objects.all()))
                    self.create(tag=tag, key=key)
            except IntegrityError:  # somebody else made it at the same moment
                return self.select_related("tag").get(key=key).tag
        return tag


class TagKey(models.Model):
    """What makes a tag's name its own: no second tag can have the same."""

    tag = models.OneToOneField(Tag, on_delete=models.CASCADE, related_name="key")
    key = models.CharField(max_length=MAX_KEY_CHARACTERS, unique=True)

    objects = TagKeyManager()

    def __str__(self) -> str:
        return self.key


class FormerTagSlug(models.Model):
    """A slug that a tag once had, or that a tag had which was merged into it: links to it still arrive."""

    slug = models.CharField(max_length=MAX_TAG_CHARACTERS, unique=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug


def note_changes_of_tags(before_deletion: Callable[[Tag], None]) -> None:
    """Have a change of a tag noted, and one that goes taken off, whoever does it: taggit's model can't do it itself."""

    def take_off(instance: Tag, **facts: Any) -> None:
        before_deletion(instance)

    pre_delete.connect(take_off, sender=Tag, weak=False, dispatch_uid="take_off_tag")
    post_save.connect(_note_change, sender=Tag, dispatch_uid="note_change_of_tag")
    post_delete.connect(_note_change, sender=Tag, dispatch_uid="note_deletion_of_tag")


def _note_change(instance: Tag, **facts: Any) -> None:
    Change.objects.note({f"tag-{instance.pk}", f"sitemap-{sitemap_part(instance.pk)}", "names"})
