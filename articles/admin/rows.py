"""The rows of an article's form, fitted to what is stored by the time that they arrive.

A form may be hours old: rows that it knows can be gone, and others can have come. Django refuses such a form; here what
is gone is made anew, so that nobody has to type it again.
"""

import re
from collections import defaultdict

from django.http import QueryDict

from articles.models import Article

ROWS = ("byline_entries", "key_points", "sources", "corrections")
OWN_ROWS = ("byline_entries", "key_points", "sources")  # a public correction is never taken back by another's form

Row = dict[str, list[str]]


def fitted(data: QueryDict, article: Article | None, *, only_these: bool = False) -> QueryDict:
    """Return what a form sent with its rows as they can be stored now.

    With `only_these` the rows that somebody else added meanwhile are taken out when the form is saved.
    """
    changed = data.copy()
    for prefix in ROWS:
        if f"{prefix}-TOTAL_FORMS" in data:
            stored = [str(pk) for pk in getattr(article, prefix).values_list("pk", flat=True)] if article else []
            _replace(changed, prefix, stored, is_complete=only_these and prefix in OWN_ROWS)
    return changed


def _replace(data: QueryDict, prefix: str, stored: list[str], *, is_complete: bool) -> None:
    rows = _taken_out(data, prefix)
    known = [row for row in rows if _id(row) in stored]
    new = [row | {"id": [""]} for row in rows if _id(row) not in stored and "DELETE" not in row]
    if is_complete:
        there = {_id(row) for row in known}
        known += [{"id": [pk], "DELETE": ["on"]} for pk in stored if pk not in there]
    data[f"{prefix}-INITIAL_FORMS"] = str(len(known))
    data[f"{prefix}-TOTAL_FORMS"] = str(len(known) + len(new))
    for number, row in enumerate(known + new):
        for field, values in row.items():
            data.setlist(f"{prefix}-{number}-{field}", values)


def _id(row: Row) -> str:
    return row.get("id", [""])[-1]


def _taken_out(data: QueryDict, prefix: str) -> list[Row]:
    rows: dict[int, Row] = defaultdict(dict)
    for name in list(data):
        if found := re.fullmatch(rf"{prefix}-(\d{{1,4}})-(.+)", name):
            rows[int(found[1])][found[2]] = data.pop(name)
    return [rows[number] for number in sorted(rows)]
