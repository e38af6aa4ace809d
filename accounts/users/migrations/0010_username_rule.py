import django.core.validators
from django.db import migrations, models

from accounts.users.models import USERNAME_RULE


class Migration(migrations.Migration):
    """Says the rule of usernames in other words. Nothing is done to the table."""

    dependencies = [("accounts_users", "0009_waiting_index")]

    operations = [
        migrations.AlterField(
            "user",
            "username",
            models.CharField(
                max_length=50,
                unique=True,
                validators=[
                    django.core.validators.MinLengthValidator(3),
                    django.core.validators.RegexValidator("^[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?\\Z", USERNAME_RULE),
                ],
            ),
        )
    ]
