"""What the database would read for a page: a table that grows must never be read in whole."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

GROWING = (
    "articles_article", "articles_articletag", "articles_author", "articles_byline", "articles_correction",
    "articles_deskentry", "articles_evidence", "articles_image", "articles_keypoint", "articles_linkcheck",
    "articles_searchentry", "articles_searchword", "articles_source", "articles_tagkey", "articles_version",
    "articles_work", "comments_access", "comments_comment", "comments_decision", "comments_finding",
    "comments_report", "django_admin_log", "taggit_tag",
)  # fmt: skip
_WHOLE = {
    "sqlite": re.compile(r"\bSCAN (\w+)(?! USING (?:COVERING )?INDEX)(?! VIRTUAL)"),
    "postgresql": re.compile(r"\bSeq Scan on (\w+)"),
}


def whole_reads(client: Client, path: str) -> set[str]:
    """Return the growing tables that a page reads in whole; indexes read in order, until there is enough, are none."""
    return {table for table in _WHOLE[connection.vendor].findall(plans(client, path)) if table in GROWING}


def plans(client: Client, path: str) -> str:
    """Return how the database would answer all that a page asks, a line for each step."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, path
    return "\n".join(_plan(query["sql"]) for query in queries.captured_queries)


def _plan(sql: str) -> str:
    if not sql.startswith("SELECT") or "set_config" in sql:
        return ""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a small table is read in whole unless that is forbidden
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        rows: list[Any] = cursor.fetchall()
    return "\n".join(str(row[-1]) for row in rows)
