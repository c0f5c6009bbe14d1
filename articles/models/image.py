"""Pictures and the files made of them."""

import hashlib
import logging
from collections.abc import Iterator
from typing import Any, BinaryIO, TypedDict
from urllib.parse import urljoin

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage, storages
from django.db import models, transaction
from django.utils.crypto import get_random_string
from django_tasks import task

from articles.models.change import Shown, ShownQuerySet, Traces
from articles.pictures import (
    FIRST_WIDTH,
    fitting_size,
    make_placeholder,
    make_rendition,
    open_picture,
    read_file,
    rendition_plan,
)
from articles.rendering import PagePicture
from articles.richtext import clean_line

COVER_WIDTH = 1200  # pixels: what a page without srcset and other sites show
FOCUS_STEPS = 4  # a style sheet can't know each picture: it knows five places on each axis
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp"}
logger = logging.getLogger(__name__)


class Rendition(TypedDict):
    """One file made of a picture: its name in the storage, its kind and its size in pixels."""

    name: str
    format: str
    width: int
    height: int


class PictureInTextQuerySet(models.QuerySet["PictureInText"]):
    """Keeps track of what texts show."""

    def keep(self, article: int, images: set[int]) -> None:
        """Have it known that the text of an article shows these pictures of the library, and no others."""
        known = set(self.filter(article=article).values_list("image", flat=True))
        if known - images:
            self.filter(article=article, image__in=known - images).delete()
        if images - known:
            new = [PictureInText(article_id=article, image_id=image) for image in sorted(images - known)]
            self.bulk_create(new, ignore_conflicts=True)


class PictureInText(models.Model):
    """A picture that the text of an article shows, so that the text is rendered again when the picture changes."""

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="pictures_in_text")
    image = models.ForeignKey("articles.Image", on_delete=models.CASCADE, related_name="shown_in")

    objects = PictureInTextQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["article", "image"], name="text_shows_a_picture"),)

    def __str__(self) -> str:
        return f"Picture {self.image_id} in article {self.article_id}"


class ImageQuerySet(ShownQuerySet["Image"]):
    """Makes images of what people upload."""

    def from_upload(self, file: BinaryIO, *, alternative_text: str, credit: str = "") -> "Image":
        """Store a picture; raises ValidationError for anything that isn't one. The other sizes are made later."""
        image = Image(alternative_text=alternative_text, credit=credit)
        image.take(file)
        image.save()
        return image

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the pictures and, once that is stored, their files."""
        with transaction.atomic(savepoint=False):
            self.model.take_turn()
            _let_go(self)
            return super().delete()


class Image(Shown):
    """A picture: alternative text, credit, a focal point, and renditions that are made after upload, never on view."""

    alternative_text = models.CharField(
        max_length=300, help_text="What the picture shows, for those who can't see it. One sentence."
    )
    credit = models.CharField(max_length=200, blank=True, help_text="Who made it, and under which licence.")
    focal_x = models.PositiveSmallIntegerField(default=50, help_text="Of the width, in per cent from the left.")
    focal_y = models.PositiveSmallIntegerField(default=50, help_text="Of the height, in per cent from the top.")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    original = models.CharField(max_length=100, blank=True, editable=False)  # its name among the originals
    placeholder = models.TextField(blank=True, editable=False)
    renditions = models.JSONField(default=list, editable=False)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ("-uploaded_at", "-pk")
        indexes = (models.Index(fields=["-uploaded_at", "-id"], name="image_by_upload"),)
        constraints = (
            models.CheckConstraint(condition=~models.Q(alternative_text=""), name="image_has_alternative_text"),
            models.CheckConstraint(
                condition=models.Q(focal_x__lte=100, focal_y__lte=100), name="image_focal_point_is_inside"
            ),
        )

    def __str__(self) -> str:
        return self.alternative_text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the image and, if a picture was taken, its files; the other sizes are made once it is stored."""
        self.tidy()
        taken: bytes = self.__dict__.pop("_taken", b"")
        if not taken:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            picture = open_picture(taken)
            self.placeholder = make_placeholder(picture)
            self.original = _keep(storages["originals"], "", taken, "original", of=get_random_string(32))
            self.renditions = [self._store(picture, "jpg", min(FIRST_WIDTH, picture.width))]
            self.take_turn()
            _let_go(Image.objects.filter(pk=self.pk))
            super().save(*args, **kwargs)
            transaction.on_commit(lambda: make_renditions.enqueue(self.pk))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the picture and, once that is stored, its files."""
        with transaction.atomic(savepoint=False):
            self.take_turn()
            _let_go(Image.objects.filter(pk=self.pk))
            return super().delete(*args, **kwargs)

    def tidy(self) -> None:
        """Make the words fit for a page."""
        self.alternative_text = clean_line(self.alternative_text)
        self.credit = clean_line(self.credit)

    def page_keys(self) -> set[str]:
        """Name the pages with the picture."""
        return {f"image-{self.pk}"}

    @classmethod
    def facts_of(cls, rows: "models.QuerySet[Any]") -> dict[Any, Any]:
        """Return the articles whose texts show the pictures."""
        return dict.fromkeys(PictureInText.objects.filter(image__in=rows.order_by()).values_list("article", flat=True))

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and render the texts again that show the pictures."""
        super().note_change(before, after)
        article = apps.get_model("articles", "Article")
        for shown in article.objects.filter(pk__in={*before.facts, *after.facts}):
            shown.settle(is_edit=False)

    def take(self, file: BinaryIO) -> None:
        """Look at a picture that `save()` shall store; raises ValidationError if it isn't one."""
        data = read_file(file)
        self.width, self.height = open_picture(data).size
        self.__dict__["_taken"] = data

    def render(self) -> None:
        """Make the files that are still missing; what is there is left alone."""
        with _file_of(self) as file:
            picture = open_picture(file.read())
        known = {(made["format"], made["width"]) for made in self.renditions}
        fresh = [self._store(picture, *wanted) for wanted in rendition_plan(picture.width) if wanted not in known]
        with transaction.atomic():
            stored = Image.objects.locked().filter(pk=self.pk, original=self.original).first()
            if stored is None:  # deleted or replaced meanwhile
                delete_files.enqueue([("default", made["name"]) for made in fresh])
                return
            files = {(made["format"], made["width"]): made for made in [*stored.renditions, *fresh]}
            self.renditions = [files[key] for key in sorted(files)]
            self.placeholder = self.placeholder or make_placeholder(picture)
            super().save(update_fields=["renditions", "placeholder"])

    def _store(self, picture: Any, format_name: str, width: int) -> Rendition:
        content = make_rendition(picture, format_name, width)
        name = _keep(default_storage, "images/", content, format_name, of=self.original)
        width, height = fitting_size(picture.size, width)
        return Rendition(name=name, format=format_name, width=width, height=height)

    @property
    def url(self) -> str:
        """Return the address of the JPEG that serves everywhere: feeds, other sites, old browsers."""
        return default_storage.url(self._of("jpg", near=COVER_WIDTH)["name"])

    @property
    def full_url(self) -> str:
        """Return that address with its host: the site's, or that of MEDIA_URL."""
        return urljoin(settings.SITE_URL, self.url)

    @property
    def sources(self) -> list[dict[str, str]]:
        """Return what a `picture` offers beside its JPEG, the best first: media types and their `srcset`."""
        return [
            {"type": media_type, "srcset": srcset}
            for format_name, media_type in MEDIA_TYPES.items()
            if (srcset := self._srcset(format_name))
        ]

    @property
    def srcset(self) -> str:
        """Return the JPEG files and their widths, as an `img` wants them."""
        return self._srcset("jpg")

    @property
    def focus(self) -> str:
        """Return the classes that keep the focal point in sight where the picture is cropped."""
        across, down = (round(place * FOCUS_STEPS / 100) for place in (self.focal_x, self.focal_y))
        return f"focus-x-{across} focus-y-{down}"

    def for_page(self) -> PagePicture:
        """Return what the body of an article needs to show it."""
        return PagePicture(self.url, self.srcset, self.sources, self.width, self.height, self.credit)

    def _of(self, format_name: str, *, near: int) -> Rendition:
        files: list[Rendition] = [made for made in self.renditions if made["format"] == format_name]
        return min(files, key=lambda made: abs(made["width"] - near))

    def _srcset(self, format_name: str) -> str:
        files = sorted((made["width"], made["name"]) for made in self.renditions if made["format"] == format_name)
        return ", ".join(f"{default_storage.url(name)} {width}w" for width, name in files)


@task()
def make_renditions(pk: int) -> None:
    """Make the files of a picture that nobody had to wait for; can be run again."""
    image = Image.objects.filter(pk=pk).first()
    if image is not None:
        image.render()


@task()
def delete_files(files: list[tuple[str, str]]) -> None:
    """Delete files of pictures that are no more, each by its storage and name; can be run again.

    Files were once named by their content alone: what another picture has too is kept.
    """
    given = {(storage, name) for storage, name in files}
    for storage, name in given.difference(_files_of(Image.objects.all())):
        try:
            storages[storage].delete(name)
        except Exception:
            logger.exception("A file of a picture that is no more couldn't be deleted: %s", name)


def _let_go(images: ImageQuerySet) -> None:
    """Have the files deleted that these pictures have now, once what ends them is stored."""
    files = list(_files_of(images))
    if files:
        delete_files.enqueue(files)


def _files_of(images: ImageQuerySet) -> Iterator[tuple[str, str]]:
    """Yield the files of pictures, each by its storage and name."""
    for original, renditions in images.order_by().values_list("original", "renditions").iterator():
        yield from (("default", made["name"]) for made in renditions)
        if original:
            yield "originals", original


def _keep(storage: Storage, folder: str, content: bytes, ending: str, *, of: str) -> str:
    # The name is a digest, and so never depends on a name from outside, and can be cached for ever. No other picture
    # comes by it, not even one of the same content: a file can be deleted while others are stored.
    digest = hashlib.sha256(of.encode() + content).hexdigest()[:32]
    name = f"{folder}{digest[:2]}/{digest}.{ending}"
    if not storage.exists(name):
        storage.save(name, ContentFile(content))
    return name


def _file_of(image: Image) -> Any:
    """Return the original or, of a picture from before originals were kept, its largest file."""
    if image.original:
        return storages["originals"].open(image.original)
    return default_storage.open(max(image.renditions, key=lambda made: made["width"])["name"])
