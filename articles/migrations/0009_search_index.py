from django.db import migrations, models

# As it was then; 0021 makes another.
POSTGRESQL = (
    "CREATE TABLE articles_search (article_id bigint PRIMARY KEY, document tsvector NOT NULL)",
    "CREATE INDEX articles_search_document ON articles_search USING gin (document)",
)
SQLITE = ("CREATE VIRTUAL TABLE articles_search USING fts5(title, key_points, standfirst, tags, sources, body)",)


def make_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def forget_index(apps, schema_editor):
    schema_editor.execute("DROP TABLE articles_search")


class Migration(migrations.Migration):

    dependencies = [("articles", "0008_the_desk")]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=60, unique=True)),
            ],
            options={"ordering": ("word",)},
        ),
        migrations.RunPython(make_index, forget_index),
    ]
