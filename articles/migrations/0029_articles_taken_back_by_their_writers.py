from django.db import migrations, models

KINDS = [
    ("note", "Note"),
    ("submitted", "Sent for review"),
    ("returned", "Sent back to the writer"),
    ("taken_back", "Taken back by the writer"),
    ("published", "Published"),
    ("scheduled", "Scheduled"),
    ("unpublished", "Unpublished"),
    ("withdrawn", "Withdrawn"),
    ("changed", "Changed after publication, without a correction"),
]


class Migration(migrations.Migration):
    dependencies = [("articles", "0028_every_correction_in_its_place")]

    operations = [
        migrations.AlterField("deskentry", "kind", models.CharField(choices=KINDS, default="note", max_length=12)),
    ]
