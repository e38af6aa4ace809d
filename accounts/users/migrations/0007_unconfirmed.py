from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # indexes that are built while people write

    dependencies = [("accounts_users", "0006_search_by_one_index")]

    operations = [
        AddIndexConcurrently("user", models.Index(fields=["email"], name="user_by_exact_email")),
        AddIndexConcurrently("user", models.Index(condition=models.Q(("last_login", None)), fields=["created_at"], name="user_never_in")),
    ]
