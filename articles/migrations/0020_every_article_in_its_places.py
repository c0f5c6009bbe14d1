from django.db import migrations

PLACES = (
    ("'articles', a.published_at", ""),
    ("'in-' || a.section_id, a.published_at", ""),
    ("'tagged-' || t.tag_id, a.published_at", "JOIN articles_articletag t ON t.content_object_id = a.id"),
    ("'by-' || b.author_id, a.published_at", "JOIN articles_byline b ON b.article_id = a.id"),
    ("'outlet-' || s.outlet_slug, a.published_at", "JOIN articles_source s ON s.article_id = a.id"),
    (
        "'corrections', CASE WHEN c.made_at > a.published_at THEN c.made_at ELSE a.published_at END",
        "JOIN articles_correction c ON c.article_id = a.id AND NOT c.is_draft",
    ),
)
MARKS = """
    INSERT INTO articles_mark (list, at, number, rank) SELECT list, at, article_id, rank FROM (
        SELECT list, at, article_id, ROW_NUMBER() OVER (PARTITION BY list ORDER BY at, article_id) AS rank
        FROM articles_place
    ) ranked WHERE rank % 100 = 0
"""
PARTS = """
    INSERT INTO articles_preparedarticle
        (article_id, recipe, path, head, main, lead, card, line, entry, keys, card_keys, targets, tags, cited_elsewhere)
    SELECT id, '', '', '', '', '', '', '', '', '', '', '[]', '[]', '[]' FROM articles_article
"""


def place(apps, schema_editor):
    for spot, join in PLACES:
        schema_editor.execute(
            f"INSERT INTO articles_place (list, at, article_id) SELECT DISTINCT {spot}, a.id"
            f" FROM articles_article a {join} WHERE a.status = 'published'"
        )
    schema_editor.execute(MARKS, params=None)
    schema_editor.execute(PARTS)


def clear(apps, schema_editor):
    for table in ("articles_preparedarticle", "articles_mark", "articles_place"):
        schema_editor.execute(f"DELETE FROM {table}")


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0019_changes_places_and_prepared_parts'),
    ]

    operations = [migrations.RunPython(place, clear)]
