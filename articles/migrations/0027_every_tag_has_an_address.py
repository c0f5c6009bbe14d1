import re

from django.db import migrations

from articles.models.tagging import tag_slug

FIT = re.compile("[-a-zA-Z0-9_]+")  # what the addresses of tags take


def give_addresses(apps, schema_editor):
    tags = apps.get_model("taggit", "Tag").objects.order_by("pk")
    for tag in tags.iterator(chunk_size=1000):
        if not FIT.fullmatch(tag.slug):
            tag.slug = tag_slug(tag.name, tags)
            tag.save(update_fields=["slug"])


class Migration(migrations.Migration):

    dependencies = [("articles", "0026_marks_in_lists_of_long_names")]

    operations = [migrations.RunPython(give_addresses, migrations.RunPython.noop)]
