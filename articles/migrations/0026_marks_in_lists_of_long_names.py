from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0025_pictures_in_texts")]

    operations = [migrations.AlterField(model_name="mark", name="list", field=models.CharField(max_length=140))]
