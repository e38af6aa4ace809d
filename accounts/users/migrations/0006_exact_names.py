from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False  # indexes that are built while people write

    dependencies = [("accounts_users", "0005_privacy_and_profile")]

    operations = [
        AddIndexConcurrently("user", models.Index(Upper("username"), name="user_by_username")),
        AddIndexConcurrently("user", models.Index(Upper("email"), name="user_by_email")),
        AddIndexConcurrently("user", models.Index(fields=["email"], name="user_by_exact_email")),
    ]
