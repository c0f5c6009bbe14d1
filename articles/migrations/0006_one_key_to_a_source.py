from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("articles", "0005_sources_know_their_works")]

    operations = [
        migrations.AddConstraint(
            "source", models.UniqueConstraint(fields=["article", "key"], name="source_key_is_unique")
        ),
    ]
