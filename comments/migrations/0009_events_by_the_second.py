import time

from django.db import migrations, models


class Migration(migrations.Migration):
    """Events are gone after an hour: the new column starts from now rather than from what the former one said."""

    dependencies = [
        ('comments', '0008_tally_every_discussion'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='event', name='event_in_a_window'),
        migrations.RemoveIndex(model_name='event', name='event_by_time'),
        migrations.RemoveField(model_name='event', name='at'),
        migrations.AddField(model_name='event', name='at', field=models.FloatField(default=time.time)),
        migrations.AddIndex(
            model_name='event', index=models.Index(fields=['what', 'who', 'at'], name='event_in_a_window')
        ),
        migrations.AddIndex(model_name='event', index=models.Index(fields=['at'], name='event_by_time')),
    ]
