from django.db import migrations, models

from articles.search import postgresql, sqlite


def make_index(apps, schema_editor):
    tables = postgresql.TABLE if schema_editor.connection.vendor == "postgresql" else [sqlite.TABLE]
    for table in tables:
        schema_editor.execute(table)


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
