from django.db import migrations, models
import django.db.models.deletion

from articles.search import postgresql, sqlite


def make_index(apps, schema_editor):
    schema_editor.execute("DROP TABLE articles_search")
    for statement in (postgresql if schema_editor.connection.vendor == "postgresql" else sqlite).TABLE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [("articles", "0020_every_article_in_its_places")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="articles.article",
                    ),
                ),
                ("place", models.BigIntegerField(db_index=True)),
                ("published_at", models.DateTimeField()),
                ("strengths", models.TextField(blank=True)),
            ],
            options={"verbose_name_plural": "search entries"},
        ),
        migrations.RunSQL("DELETE FROM articles_searchword", migrations.RunSQL.noop),
        migrations.AddField(
            "searchword", "beginning", models.CharField(max_length=3, default=""), preserve_default=False
        ),
        migrations.AddField("searchword", "shape", models.CharField(max_length=4, default=""), preserve_default=False),
        migrations.AddIndex(
            "searchword", models.Index(fields=["beginning", "id"], name="search_word_by_beginning")
        ),
        migrations.AddIndex("searchword", models.Index(fields=["shape", "id"], name="search_word_by_shape")),
        migrations.RunPython(make_index, migrations.RunPython.noop),
    ]
