from django.db import migrations

CLEAR = (
    "DELETE FROM articles_mark WHERE list = 'corrections'",
    "DELETE FROM articles_place WHERE list = 'corrections'",
)
PLACES = """
    INSERT INTO articles_place (list, at, article_id)
    SELECT DISTINCT 'corrections', CASE WHEN c.made_at > a.published_at THEN c.made_at ELSE a.published_at END, a.id
    FROM articles_article a JOIN articles_correction c ON c.article_id = a.id AND NOT c.is_draft
    WHERE a.status = 'published'
"""
MARKS = """
    INSERT INTO articles_mark (list, at, number, rank) SELECT list, at, article_id, rank FROM (
        SELECT list, at, article_id, ROW_NUMBER() OVER (ORDER BY at, article_id) AS rank
        FROM articles_place WHERE list = 'corrections'
    ) ranked WHERE rank % 100 = 0
"""


def place_corrections(apps, schema_editor):
    """Put back what a change of one correction took off the list: the others of its article."""
    with schema_editor.connection.cursor() as cursor:
        for statement in (*CLEAR, PLACES, MARKS):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("articles", "0027_every_tag_has_an_address")]

    operations = [migrations.RunPython(place_corrections, migrations.RunPython.noop)]
