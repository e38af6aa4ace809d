import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Concat, Upper


class Migration(migrations.Migration):
    atomic = False  # indexes that are built while people write

    dependencies = [("accounts_users", "0005_privacy_and_profile")]

    operations = [
        AddIndexConcurrently(
            "user",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    Upper(Concat(models.Value(" "), "username", models.Value(" "), "display_name")), name="gin_trgm_ops"
                ),
                name="user_by_part_of_names",
            ),
        ),
        AddIndexConcurrently("user", models.Index(Upper("username"), name="user_by_username")),
        AddIndexConcurrently("user", models.Index(Upper("email"), name="user_by_email")),
        RemoveIndexConcurrently("user", "user_by_username_part"),
        RemoveIndexConcurrently("user", "user_by_name_part"),
    ]
