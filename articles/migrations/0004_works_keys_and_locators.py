import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import articles.models.chain


class Migration(migrations.Migration):

    dependencies = [("articles", "0003_drafts_of_corrections")]

    operations = [
        migrations.CreateModel(
            name="Work",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.CharField(editable=False, max_length=64, unique=True)),
                ("url", models.URLField(blank=True, max_length=2000, verbose_name="canonical URL")),
                ("host", models.CharField(blank=True, db_index=True, editable=False, max_length=255)),
                ("title", models.CharField(max_length=500)),
                ("outlet", models.CharField(blank=True, max_length=200)),
                ("standing", models.CharField(choices=[("current", "Current"), ("retracted", "Retracted"), ("superseded", "Superseded")], db_default="current", db_index=True, default="current", max_length=10)),
                ("standing_note", models.CharField(blank=True, help_text="What happened to it; readers see this beside every key point on it.", max_length=500)),
                ("first_cited_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("-first_cited_at", "-pk"),
                "indexes": [models.Index(fields=["-first_cited_at", "-id"], name="work_by_first_citation")],
                "constraints": [models.CheckConstraint(condition=models.Q(("standing__in", ["current", "retracted", "superseded"])), name="work_standing_is_known")],
            },
        ),
        migrations.AddField("source", "work", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="sources", to="articles.work")),
        migrations.AddField("source", "key", models.CharField(default="", max_length=12), preserve_default=False),
        migrations.AlterField("source", "key", models.CharField(default=articles.models.chain.make_key, max_length=12)),
        migrations.AddField("source", "outlet_slug", models.CharField(blank=True, db_index=True, default="", editable=False, max_length=120), preserve_default=False),
        migrations.AddField("evidence", "locator", models.CharField(blank=True, default="", help_text="Where in the source, on the day of citing: words, a page, a time.", max_length=300), preserve_default=False),
        migrations.AddField("evidence", "cited_on", models.DateField(default=django.utils.timezone.localdate, editable=False)),
        migrations.RenameField("keypoint", "passage", "passage_anchor"),
        migrations.AlterField("keypoint", "passage_anchor", models.CharField(blank=True, editable=False, max_length=200)),
        migrations.AddField("keypoint", "passage", models.CharField(blank=True, default="", help_text="The words of the body that say it: a sentence, a paragraph, a heading.", max_length=1000), preserve_default=False),
    ]
