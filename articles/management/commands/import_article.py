"""`manage.py import_article`: from a text file to an article."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from articles.importing import AddressTakenError, Outcome, Wishes, import_article
from articles.models import Author, Section
from articles.plain_text import MAX_FILE_BYTES, PlainArticle, UnreadableText, decode, parse
from articles.richtext import TextRefused


class Command(BaseCommand):
    """Reads a plain-text article: title, key points, body with headings, numbered sources."""

    help = "Import an article from a plain-text file; the last line printed is its path."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="a UTF-8 text file")
        parser.add_argument("--section", metavar="SLUG", help="an existing section (default: the first)")
        parser.add_argument("--author", metavar="USERNAME", help="the account whose name goes into the byline")
        parser.add_argument("--tags", metavar="A,B", help="tags, separated by commas")
        parser.add_argument("--publish", action="store_true", help="publish it now (default: a draft)")
        parser.add_argument("--update", action="store_true", help="change the article if it was imported before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file, or exit with 1 and one line that says why not."""
        text = _read(options["file"])
        outcome = self._import(options["file"], text, _wishes(options))
        self.stdout.write(_report(text, outcome))
        self.stdout.write(outcome.article.get_absolute_url())

    def _import(self, file: Path, text: PlainArticle, wishes: Wishes) -> Outcome:
        try:
            return import_article(text, wishes)
        except Section.DoesNotExist as error:
            raise CommandError("There is no section yet: add one in the admin, or run load_sample.") from error
        except (AddressTakenError, TextRefused) as error:
            raise CommandError(f"{file}: {error}") from error


def _read(file: Path) -> PlainArticle:
    try:
        with file.open("rb") as opened:
            return parse(decode(opened.read(MAX_FILE_BYTES + 1)))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    except UnreadableText as error:
        raise CommandError(f"{file}, {error}") from error


def _wishes(options: dict[str, Any]) -> Wishes:
    return Wishes(
        section=_section(options["section"]) if options["section"] else None,
        author=_author(options["author"]) if options["author"] else None,
        tags=_tags(options["tags"]) if options["tags"] is not None else None,
        publish=options["publish"],
        update=options["update"],
    )


def _section(slug: str) -> Section:
    try:
        return Section.objects.get(slug=slug)
    except Section.DoesNotExist as error:
        there_are = ", ".join(Section.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no section “{slug}”. There are: {there_are}.") from error


def _author(username: str) -> Author:
    try:
        return Author.objects.of(User.objects.get_by_natural_key(username))
    except User.DoesNotExist as error:
        raise CommandError(f"There is no account “{username}”.") from error


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",") if tag.strip()]


def _report(text: PlainArticle, outcome: Outcome) -> str:
    if outcome.done in {"known", "other"}:
        return f"“{outcome.article}” was imported before; nothing was changed."
    headings = sum(block.kind == "heading" for block in text.blocks)
    counted = {"key point": len(text.key_points), "heading": headings, "source": len(text.sources)}
    found = ", ".join(f"{number} {name}{pluralize(number)}" for name, number in counted.items())
    state = outcome.article.get_status_display().lower()
    return f"“{outcome.article}” was {outcome.done} ({state}): {found}."
