from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

UNIQUE = models.UniqueConstraint(condition=models.Q(("phone__isnull", False)), fields=("phone",), name="user_phone_unique")


class Migration(migrations.Migration):
    atomic = False  # an index that is built while people write

    dependencies = [("accounts_users", "0003_leaving")]

    operations = [
        migrations.AddField(
            "user",
            "phone",
            models.CharField(blank=True, help_text="E.164. Only ever a number whose owner has answered from it.", max_length=16, null=True),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY user_phone_unique ON accounts_users_user (phone) WHERE phone IS NOT NULL",
                    "DROP INDEX CONCURRENTLY IF EXISTS user_phone_unique",
                )
            ],
            state_operations=[migrations.AddConstraint("user", UNIQUE)],
        ),
        AddConstraintNotValid("user", models.CheckConstraint(condition=models.Q(("phone__regex", r"^\+[1-9][0-9]{5,14}$")), name="user_phone_e164")),
        ValidateConstraint("user", "user_phone_e164"),
    ]
