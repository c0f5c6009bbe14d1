"""The roles of the discussion: moderators decide on replies, privacy officers see to personal data."""

from django.db import migrations

from articles.roles import grant, remove

MODERATOR = ["comments.view_comment", "comments.view_decision", "comments.moderate_comment"]
PRIVACY_OFFICER = [
    "comments.view_comment",
    "comments.view_decision",
    "comments.view_personal_data",
    "comments.export_personal_data",
    "comments.erase_personal_data",
]


def make_roles(apps, schema_editor):
    grant(apps, "Moderator", MODERATOR)
    grant(apps, "Privacy officer", PRIVACY_OFFICER)


def remove_roles(apps, schema_editor):
    remove(apps, "Moderator")
    remove(apps, "Privacy officer")


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0001_replies_and_decisions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_roles, remove_roles)]
