import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("articles", "0010_versions_autosaves_and_presences"),
    ]

    operations = [
        migrations.CreateModel(
            name="HostTurn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("host", models.CharField(max_length=255, unique=True)),
                ("free_at", models.DateTimeField()),
            ],
        ),
        migrations.AlterModelOptions(
            name="work",
            options={"ordering": ("-first_cited_at", "-pk"), "verbose_name": "source"},
        ),
        migrations.CreateModel(
            name="LinkCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(choices=[("unchecked", "Not checked yet"), ("ok", "Online"), ("moved", "Moved"), ("changed", "Content changed since cited"), ("home", "Redirected to the home page"), ("soft_404", "Replaced by a “not found” page"), ("doubtful", "Failed, to be tried again"), ("gone", "Gone"), ("unreachable", "Unreachable"), ("blocked", "Refuses our checks"), ("forbidden", "Not to be checked")], db_default="unchecked", default="unchecked", max_length=12)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("status_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("final_url", models.CharField(blank=True, max_length=2000, verbose_name="final URL")),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="last seen")),
                ("next_check_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("failed_days", models.PositiveSmallIntegerField(default=0)),
                ("failed_on", models.DateField(blank=True, null=True, verbose_name="last failed on")),
                ("etag", models.CharField(blank=True, max_length=100)),
                ("last_modified", models.CharField(blank=True, max_length=100)),
                ("fingerprint", models.TextField(blank=True)),
                ("work", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="link", to="articles.work")),
            ],
            options={
                "indexes": [models.Index(fields=["status", "-checked_at"], name="link_check_by_status")],
                "constraints": [models.CheckConstraint(condition=models.Q(("status__in", ["unchecked", "ok", "moved", "changed", "home", "soft_404", "doubtful", "gone", "unreachable", "blocked", "forbidden"])), name="link_check_status_is_known")],
            },
        ),
    ]
