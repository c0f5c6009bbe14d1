from django.db import migrations

STATEMENTS = (
    "INSERT INTO comments_tally (article_id, visible, pointing) SELECT article_id, COUNT(*), SUM(CASE WHEN"
    " about_key_point_id IS NOT NULL OR about_source_id IS NOT NULL OR about_heading <> '' THEN 1 ELSE 0 END)"
    " FROM comments_comment WHERE status = 'approved' GROUP BY article_id",
    "UPDATE comments_comment SET visible_answers = counted.number FROM (SELECT root_id, COUNT(*) AS number"
    " FROM comments_comment WHERE root_id IS NOT NULL AND status = 'approved' GROUP BY root_id) AS counted"
    " WHERE comments_comment.id = counted.root_id",
    "UPDATE comments_comment SET is_listed = TRUE WHERE root_id IS NULL AND (status = 'approved' OR visible_answers > 0)",
)
MARKS = """
    INSERT INTO articles_mark (list, at, number, rank) SELECT list, at, number, rank FROM (
        SELECT {name} AS list, submitted_at AS at, id AS number,
            ROW_NUMBER() OVER (PARTITION BY {column} ORDER BY submitted_at, id) AS rank
        FROM comments_comment WHERE {condition}
    ) ranked WHERE rank % 100 = 0
"""


def tally(apps, schema_editor):
    for statement in STATEMENTS:
        schema_editor.execute(statement)
    roots = MARKS.format(name="'replies-' || article_id", column="article_id", condition="is_listed")
    answers = MARKS.format(
        name="'thread-' || root_id", column="root_id", condition="root_id IS NOT NULL AND status = 'approved'"
    )
    schema_editor.execute(roots, params=None)
    schema_editor.execute(answers, params=None)


def clear(apps, schema_editor):
    schema_editor.execute("DELETE FROM comments_tally")
    schema_editor.execute("DELETE FROM articles_mark WHERE list LIKE 'replies-%' OR list LIKE 'thread-%'", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('comments', '0007_tallies'),
        ('articles', '0020_every_article_in_its_places'),
    ]

    operations = [migrations.RunPython(tally, clear)]
