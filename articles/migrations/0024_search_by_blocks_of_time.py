from django.db import migrations

AT_ONCE = 1_000  # documents to a transaction
NAMED = """
    UPDATE articles_search SET tokens = tokens || ' °6°' || (rowid >> 30) || ' °9°' || (rowid >> 33) || ' °12°'
        || (rowid >> 36) || ' °15°' || (rowid >> 39) || ' °18°' || (rowid >> 42)
    WHERE rowid > %s AND rowid <= %s AND instr(tokens, ' °6°') = 0
"""
UNNAMED = """
    UPDATE articles_search SET tokens = substr(tokens, 1, instr(tokens, ' °6°') - 1)
    WHERE rowid > %s AND rowid <= %s AND instr(tokens, ' °6°') > 0
"""
NEXT = "SELECT MAX(id) FROM (SELECT id FROM articles_search_content WHERE id > %s ORDER BY id LIMIT %s)"


def name_blocks(apps, schema_editor):
    _update_all(schema_editor.connection, NAMED)


def forget_blocks(apps, schema_editor):
    _update_all(schema_editor.connection, UNNAMED)


def _update_all(connection, statement):
    """Update the documents of SQLite's index a batch at a time; those of PostgreSQL have named them all along."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        done = -(1 << 62)
        while True:
            cursor.execute(NEXT, [done, AT_ONCE])
            (last,) = cursor.fetchone()
            if last is None:
                return
            cursor.execute(statement, [done, last])
            done = last


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("articles", "0023_admin_log_in_order")]

    operations = [migrations.RunPython(name_blocks, forget_blocks)]
