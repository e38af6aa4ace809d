"""Pictures that are shown once they are ready."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media_uploads", "0002_crop")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="is_chosen",
            field=models.BooleanField(default=False, help_text="Its owner wants to show it, as avatar or cover, as soon as it is ready."),
        ),
    ]
