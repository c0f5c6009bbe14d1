"""The roles of the newsroom: writers have their own drafts, editors everything about articles."""

from django.db import migrations

from articles.roles import grant, remove

ROWS = [f"articles.{verb}_{model}" for verb in ("add", "change", "delete", "view") for model in ("byline", "keypoint", "source")]
WRITER = [
    *ROWS,
    "articles.add_article",
    "articles.change_article",
    "articles.view_article",
    "articles.add_image",
    "articles.view_image",
    "articles.view_author",
    "articles.view_correction",
    "articles.view_section",
    "taggit.view_tag",
]
EDITOR = [
    *ROWS,
    "articles.publish_article",
    *(
        f"articles.{verb}_{model}"
        for verb in ("add", "change", "delete", "view")
        for model in ("article", "author", "correction", "image", "section", "articletag", "evidence")
    ),
    *(f"taggit.{verb}_tag" for verb in ("add", "change", "delete", "view")),
]


def make_roles(apps, schema_editor):
    grant(apps, "Writer", WRITER)
    grant(apps, "Editor", EDITOR)


def remove_roles(apps, schema_editor):
    remove(apps, "Writer")
    remove(apps, "Editor")


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_sections_articles_and_sources"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]
    operations = [migrations.RunPython(make_roles, remove_roles)]
