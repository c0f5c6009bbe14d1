from django.db import migrations


class Migration(migrations.Migration):
    """What somebody did last, and what was done with something, without reading all that was ever done."""

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("articles", "0022_lists_in_order"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX admin_log_by_user ON django_admin_log (user_id, action_time DESC)",
            "DROP INDEX admin_log_by_user",
        ),
        migrations.RunSQL(
            "CREATE INDEX admin_log_by_object ON django_admin_log (content_type_id, object_id, action_time)",
            "DROP INDEX admin_log_by_object",
        ),
    ]
