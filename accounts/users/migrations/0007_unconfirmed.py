from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index that is built while people write

    dependencies = [("accounts_users", "0006_exact_names")]

    operations = [
        AddIndexConcurrently("user", models.Index(condition=models.Q(("last_login", None)), fields=["created_at"], name="user_never_in")),
    ]
