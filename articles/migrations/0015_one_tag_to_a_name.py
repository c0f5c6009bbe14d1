from django.db import migrations

from articles.models.tagging import tag_key


def give_keys(apps, schema_editor):
    Tag, TagKey = apps.get_model("taggit", "Tag"), apps.get_model("articles", "TagKey")
    for tag in Tag.objects.order_by("pk").iterator(chunk_size=1000):
        known = TagKey.objects.filter(key=tag_key(tag.name)).select_related("tag").first()
        if known:
            merge(apps, tag, known.tag)
        else:
            TagKey.objects.create(tag=tag, key=tag_key(tag.name))


def merge(apps, tag, into):
    ArticleTag, FormerTagSlug = apps.get_model("articles", "ArticleTag"), apps.get_model("articles", "FormerTagSlug")
    has = ArticleTag.objects.filter(tag=into).values("content_object_id")
    ArticleTag.objects.filter(tag=tag).exclude(content_object_id__in=has).update(tag=into)
    FormerTagSlug.objects.create(slug=tag.slug, tag=into)
    tag.delete()


class Migration(migrations.Migration):

    dependencies = [("articles", "0014_tags_once_and_for_all")]

    operations = [migrations.RunPython(give_keys, migrations.RunPython.noop)]
