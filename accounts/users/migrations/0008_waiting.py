from django.db import migrations, models

# What a sign-up nobody has confirmed was known by until now.
MARK = """
UPDATE accounts_users_user AS person SET is_waiting = true, is_active = false
WHERE is_active AND last_login IS NULL AND phone IS NULL AND NOT is_staff AND NOT is_superuser
    AND (suspended_until IS NULL OR suspended_until <= now())
    AND EXISTS (SELECT FROM account_emailaddress WHERE user_id = person.id AND NOT verified)
    AND NOT EXISTS (SELECT FROM account_emailaddress WHERE user_id = person.id AND verified)
    AND NOT EXISTS (SELECT FROM socialaccount_socialaccount WHERE user_id = person.id)
"""
UNMARK = "UPDATE accounts_users_user SET is_active = true WHERE is_waiting"
HIDDEN = models.Q(("is_waiting", False)) | models.Q(("erase_at", None), ("erased_at", None), ("is_active", False))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_users", "0007_unconfirmed"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        migrations.AddField(
            "user",
            "is_waiting",
            models.BooleanField(default=False, help_text="A sign-up whose address was not answered from yet: it exists for nobody."),
        ),
        migrations.RunSQL(MARK, UNMARK),
        migrations.AddConstraint("user", models.CheckConstraint(condition=HIDDEN, name="user_waiting_is_hidden")),
    ]
