import re

import django.db.models.deletion
from django.db import migrations, models

AT_ONCE = 1_000  # articles to a statement
PICTURE = re.compile(r'<img\b[^>]*\bdata-image="([0-9]{1,18})"')


def find_pictures(apps, schema_editor):
    Article, Image, PictureInText = (
        apps.get_model("articles", name) for name in ("Article", "Image", "PictureInText")
    )
    known = set(Image.objects.values_list("pk", flat=True))
    last = 0
    while known:
        batch = list(Article.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not batch:
            return
        last = batch[-1]
        texts = Article.objects.filter(pk__in=batch, body__contains="data-image").values_list("pk", "body")
        PictureInText.objects.bulk_create(
            [
                PictureInText(article_id=pk, image_id=image)
                for pk, body in texts
                for image in sorted({int(number) for number in PICTURE.findall(body)} & known)
            ]
        )


class Migration(migrations.Migration):
    dependencies = [("articles", "0024_search_by_blocks_of_time")]

    operations = [
        migrations.CreateModel(
            name="PictureInText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures_in_text",
                        to="articles.article",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shown_in", to="articles.image"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("article", "image"), name="text_shows_a_picture")]
            },
        ),
        migrations.RunPython(find_pictures, migrations.RunPython.noop),
    ]
