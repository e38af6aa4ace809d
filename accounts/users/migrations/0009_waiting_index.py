from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index that is built while people write

    dependencies = [("accounts_users", "0008_waiting")]

    operations = [
        AddIndexConcurrently("user", models.Index(condition=models.Q(("is_waiting", True)), fields=["created_at"], name="user_waiting")),
        RemoveIndexConcurrently("user", "user_never_in"),
    ]
