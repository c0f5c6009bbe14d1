"""Copies of the moulds' rows, exact but for keys, times and the words that each article has of its own."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from articles.models import (
    Article,
    ArticleTag,
    Byline,
    Evidence,
    KeyPoint,
    LinkCheck,
    PreparedArticle,
    SearchEntry,
    Source,
    Work,
)
from articles.search.document import place_of
from bench.making.moulds import BEGINNING, MOULDS, NAME, STEP
from bench.making.stencil import Words, blocks_in, stencil, words_of
from comments.likeness import text_digest
from comments.models import Comment, Decision, Tally

Model = type[models.Model]
Maker = Callable[["Copy"], Any]

# What is copied, and how each row leads to its article.
COPIED: dict[Model, str] = {
    Work: "sources__article",
    LinkCheck: "work__sources__article",
    Article: "pk",
    PreparedArticle: "article",
    KeyPoint: "article",
    Source: "article",
    Evidence: "key_point__article",
    ArticleTag: "content_object",
    Byline: "article",
    SearchEntry: "article",
    Comment: "article",
    Tally: "article",
    Decision: "comment__article",
    LogEntry: "object_id",
}
# Columns that name rows by their keys, as `article-7`; elsewhere such words are anchors within a page.
KEYED = frozenset({"keys", "card_keys", "targets"})
FIRST_ARTICLE = 1  # the key of the first mould: the paper is empty before
KINDS: dict[str, Model] = {"article": Article, "work": Work, "key-point": KeyPoint, "source": Source}
_KEY = re.compile(r'(?<![\w-])(article|work)-(\d+)(?![\w-])|(?<=\[")(key-point|source)-(\d+)(?=")')


class Copy:
    """A copy of a mould: of which, in which round, by how much it is later, and what it says of itself."""

    def __init__(self, mould: int, turn: int, delta: timedelta, name: str) -> None:
        """Take the number of the mould and of the round, both counted from 0."""
        self.mould, self.turn, self.delta, self.name = mould, turn, delta, name

    @cached_property
    def published_at(self) -> datetime:
        """When it was published."""
        return BEGINNING + self.mould * STEP + self.delta

    @cached_property
    def words(self) -> Words:
        """What it says of itself."""
        return words_of(self.name, self.turn * MOULDS + self.mould, self.published_at)


@dataclass(frozen=True)
class Row:
    """A row of a mould: what all copies have the same, and what makes the rest, by the place of the column."""

    values: list[Any]
    makers: list[tuple[int, Maker]]

    def copy(self, copy: Copy) -> list[Any]:
        """Return the row of a copy."""
        row = self.values.copy()
        for place, make in self.makers:
            row[place] = make(copy)
        return row


@dataclass(frozen=True)
class Table:
    """The rows of all moulds in a table: those whose key is above a base, by the number of their mould."""

    name: str
    key: str
    base: int
    columns: list[str]
    rows: dict[int, list[Row]]

    def __len__(self) -> int:
        """Return how many rows a round of copies has."""
        return sum(map(len, self.rows.values()))

    def copies(self, copies: Iterable[Copy]) -> Iterator[list[Any]]:
        """Yield the rows of copies."""
        for copy in copies:
            for row in self.rows.get(copy.mould, ()):
                yield row.copy(copy)


class Strides:
    """By how much the keys of a table grow from one round of copies to the next."""

    def __init__(self) -> None:
        """Look where the keys stand before the moulds are made."""
        self.base = {model: _last(model) for model in COPIED if not model._meta.pk.remote_field}  # noqa: SLF001 - Django's
        self.stride: dict[Model, int] = {}

    def close(self) -> None:
        """Look where they stand now that the moulds are made."""
        self.stride = {model: _last(model) - base for model, base in self.base.items()}

    def of(self, model: Any, key: int) -> int:
        """Return by how much a key grows: not at all if the row was there before the moulds."""
        return self.stride[model] if model in self.stride and key > self.base[model] else 0


def tables(strides: Strides) -> Iterator[Table]:
    """Yield what there is to copy."""
    for model, path in COPIED.items():
        yield _table(model, path, strides)
    yield _index_table(strides)


@dataclass(frozen=True)
class Mould:
    """An article that is copied: its number, counted from 0."""

    number: int
    strides: Strides

    @cached_property
    def words(self) -> Words:
        """What it says of itself."""
        return words_of(NAME, self.number, BEGINNING + self.number * STEP)

    def maker(self, field: Any, value: Any) -> Any:
        """Return what makes a copy's value of a column, or the value itself if all copies have the same."""
        target = field.related_model or (field.model if field.primary_key else None)
        if isinstance(value, int) and (step := self.strides.of(target, value)):
            return lambda copy: value + step * copy.turn
        if isinstance(value, datetime) and value.year == BEGINNING.year:
            return lambda copy: connection.ops.adapt_datetimefield_value(value + copy.delta)
        if isinstance(field, models.JSONField):
            value = json.dumps(value, cls=DjangoJSONEncoder)
        elif not isinstance(value, str):
            return field.get_db_prep_save(value, connection)
        text = stencil(value, self.words)
        if field.attname in KEYED:
            return self._keyed_maker(text)
        return (lambda copy: text % copy.words) if text != value.replace("%", "%%") else value

    def _keyed_maker(self, text: str) -> Maker:
        """Return what fills a stencil, and lets the rows that it names be those of the copy."""
        keys: dict[str, tuple[int, int]] = {}

        def name(found: re.Match[str]) -> str:
            kind, key = found[1] or found[3], int(found[2] or found[4])
            keys[found[0]] = key, self.strides.of(KINDS[kind], key)
            return f"{kind}-%({found[0]})s"

        text = _KEY.sub(name, text)
        return lambda copy: text % (copy.words | {hole: key + step * copy.turn for hole, (key, step) in keys.items()})


def _table(model: Model, path: str, strides: Strides) -> Table:
    meta: Any = model._meta  # noqa: SLF001 - Django's name
    fields = meta.concrete_fields
    columns = [field.attname for field in fields]
    base = strides.base.get(model, 0)
    rows: dict[int, list[Row]] = defaultdict(list)
    for article, *values in _stored(model).filter(pk__gt=base).order_by("pk").values_list(path, *columns):
        mould = Mould(int(article) - FIRST_ARTICLE, strides)
        makers = {field.attname: mould.maker(field, value) for field, value in zip(fields, values, strict=True)}
        makers |= {column: made(makers) for column, made in REMADE.get(model, {}).items()}
        rows[mould.number].append(_row(makers.values()))
    return Table(meta.db_table, meta.pk.column, base, [field.column for field in fields], rows)


def _row(makers: Iterable[Any]) -> Row:
    """Return a row of what are values or make them."""
    values = list(makers)
    return Row(values, [(place, make) for place, make in enumerate(values) if callable(make)])


def _index_table(strides: Strides) -> Table:
    """Return the rows of the search index, which has no model."""
    is_postgresql = connection.vendor == "postgresql"
    columns = ["article_id", "place", "document"] if is_postgresql else ["rowid", "tokens"]
    shown = "place, document::text" if is_postgresql else "rowid, tokens"
    articles = dict(SearchEntry.objects.values_list("place", "article"))
    rows: dict[int, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shown} FROM articles_search")  # noqa: S608 - constants
        for place, text in cursor.fetchall():
            mould = Mould(articles[place] - FIRST_ARTICLE, strides)
            text_maker = _index_maker(stencil(text, mould.words | blocks_in(place)))
            keys: list[Maker] = [_article_key, _place] if is_postgresql else [_place]
            rows[mould.number].append(_row([*keys, text_maker]))
    return Table("articles_search", columns[0], 0, columns, rows)


def _index_maker(text: str) -> Maker:
    return lambda copy: text % (copy.words | blocks_in(_place(copy)))


def _stored(model: Model) -> Any:
    return models.QuerySet(model)


def _last(model: Model) -> int:
    return _stored(model).aggregate(last=models.Max("pk"))["last"] or 0


def _article_key(copy: Copy) -> int:
    return copy.turn * MOULDS + copy.mould + FIRST_ARTICLE


def _place(copy: Copy) -> int:
    return place_of(copy.published_at, _article_key(copy))


def _identity(made: Mapping[str, Maker]) -> Maker:
    return lambda copy: hashlib.sha256(made["url"](copy).encode()).hexdigest()  # it is the canonical one


def _digest(made: Mapping[str, Maker]) -> Maker:
    return lambda copy: text_digest(made["body"](copy))


# What is reckoned from other columns, or from the article's key.
REMADE: dict[Model, dict[str, Callable[[Mapping[str, Maker]], Maker]]] = {
    Work: {"identity": _identity},
    Comment: {"text_digest": _digest},
    SearchEntry: {"place": lambda _: _place},
    LogEntry: {"object_id": lambda _: lambda copy: str(_article_key(copy))},
}
