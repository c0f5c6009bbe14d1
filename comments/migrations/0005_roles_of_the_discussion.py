"""Moderators set the rules and see the record; privacy officers see who looked at personal data."""

from django.db import migrations

from articles.roles import grant, revoke

MODERATOR = [
    "comments.view_rule",
    "comments.change_rule",
    "comments.add_block",
    "comments.view_block",
    "comments.change_block",
    "comments.delete_block",
    "comments.view_finding",
    "comments.view_report",
    "comments.view_policy",
    "comments.change_policy",
    "comments.add_policy",
    "comments.view_learnedfilter",
    "comments.view_mailchoice",
    "comments.add_mailchoice",
    "comments.change_mailchoice",
]
EDITOR = [
    "comments.view_closeddiscussion",
    "comments.add_closeddiscussion",
    "comments.delete_closeddiscussion",
]
PRIVACY_OFFICER = ["comments.view_access", "comments.view_retentionrun"]


def give(apps, schema_editor):
    grant(apps, "Moderator", MODERATOR)
    grant(apps, "Editor", EDITOR)
    grant(apps, "Privacy officer", PRIVACY_OFFICER)


def take(apps, schema_editor):
    revoke(apps, "Moderator", MODERATOR)
    revoke(apps, "Editor", EDITOR)
    revoke(apps, "Privacy officer", PRIVACY_OFFICER)


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0004_first_rules"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give, take)]
