"""`manage.py make_renditions`: the files of pictures that were uploaded before a size or format was offered."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.models import Image


class Command(BaseCommand):
    """Makes what is missing of every picture's files."""

    help = "Make the missing files of all pictures."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, one picture after the other; whoever stops it can start it again."""
        total = Image.objects.count()
        for number, image in enumerate(Image.objects.order_by("pk").iterator(), 1):
            image.render()
            self.stderr.write(f"\r{number} of {total}", ending="")
        self.stderr.write("")
        self.stdout.write(f"{total} pictures have all their files.")
