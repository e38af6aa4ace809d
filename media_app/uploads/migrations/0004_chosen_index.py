"""Finds what somebody chose among all they ever uploaded."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("media_uploads", "0003_chosen")]

    operations = [
        AddIndexConcurrently(
            model_name="upload",
            index=models.Index(fields=["owner"], condition=models.Q(("is_chosen", True)), name="upload_chosen"),
        ),
    ]
