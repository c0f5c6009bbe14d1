"""Pictures and the files made of them."""

import hashlib
from typing import BinaryIO, TypedDict

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models

from articles.pictures import make_renditions, open_picture

COVER_WIDTH = 1200  # pixels: what a page without srcset and other sites show


class Rendition(TypedDict):
    """One file made of a picture: its name in the storage, its kind and its size in pixels."""

    name: str
    format: str
    width: int
    height: int


class ImageManager(models.Manager["Image"]):
    """Makes images of what people upload."""

    def from_upload(self, file: BinaryIO, *, alternative_text: str, credit: str = "") -> "Image":
        """Store a picture and its renditions; raises ValidationError for anything that isn't a picture."""
        image = Image(alternative_text=alternative_text, credit=credit)
        image.take(file)
        image.save()
        return image


class Image(models.Model):
    """A picture: alternative text, credit, and renditions that were made on upload, never on view."""

    alternative_text = models.CharField(
        max_length=300, help_text="What the picture shows, for those who can't see it. One sentence."
    )
    credit = models.CharField(max_length=200, blank=True, help_text="Who made it, and under which licence.")
    focal_x = models.PositiveSmallIntegerField(default=50, help_text="Of the width, in per cent from the left.")
    focal_y = models.PositiveSmallIntegerField(default=50, help_text="Of the height, in per cent from the top.")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    renditions = models.JSONField(default=list, editable=False)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = ImageManager()

    class Meta:
        ordering = ("-uploaded_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~models.Q(alternative_text=""), name="image_has_alternative_text"),
            models.CheckConstraint(
                condition=models.Q(focal_x__lte=100, focal_y__lte=100), name="image_focal_point_is_inside"
            ),
        )

    def __str__(self) -> str:
        return self.alternative_text

    def take(self, file: BinaryIO) -> None:
        """Read a picture and write its renditions; raises ValidationError and writes nothing if it isn't one."""
        picture = open_picture(file)
        self.width, self.height = picture.size
        self.renditions = [self._store(*made) for made in make_renditions(picture)]

    def _store(self, format_name: str, size: tuple[int, int], content: bytes) -> Rendition:
        # The name is the content's digest: it never depends on a name from outside, and can be cached for ever.
        digest = hashlib.sha256(content).hexdigest()[:32]
        name = f"images/{digest[:2]}/{digest}.{format_name}"
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))
        return Rendition(name=name, format=format_name, width=size[0], height=size[1])

    @property
    def url(self) -> str:
        """Return the address of the JPEG that serves everywhere: feeds, other sites, old browsers."""
        jpegs = [made for made in self.renditions if made["format"] == "jpg"]
        return default_storage.url(min(jpegs, key=lambda made: abs(made["width"] - COVER_WIDTH))["name"])

    @property
    def srcset(self) -> str:
        """Return the WebP files and their widths, as an `img` wants them."""
        files = [made for made in self.renditions if made["format"] == "webp"]
        return ", ".join(f"{default_storage.url(made['name'])} {made['width']}w" for made in files)
