from django.db import migrations, models

from articles.citations import cite_by_number, with_numbers


def cite_by_key(apps, schema_editor):
    for article, sources in _articles_with_sources(apps):
        _change(article, cite_by_number(article.body, [source.key for source in sources]))


def cite_by_place(apps, schema_editor):
    for article, sources in _articles_with_sources(apps):
        _change(article, with_numbers(article.body, {source.key: source.position for source in sources}))


def _articles_with_sources(apps):
    articles = apps.get_model("articles", "Article").objects.only("body").prefetch_related("sources")
    for article in articles.iterator(chunk_size=500):
        yield article, sorted(article.sources.all(), key=lambda source: source.position)


def _change(article, body):
    if body != article.body:
        article.body = body
        article.save(update_fields=["body"])


class Migration(migrations.Migration):

    dependencies = [("articles", "0006_one_key_to_a_source")]

    operations = [
        migrations.RunPython(cite_by_key, cite_by_place),
        migrations.AlterField(
            "article",
            "body",
            models.TextField(
                blank=True, help_text="Cite a source by its number in square brackets, such as [1] or [2, 3]."
            ),
        ),
    ]
