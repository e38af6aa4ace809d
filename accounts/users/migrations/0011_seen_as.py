from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts_users", "0010_username_rule")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="seen_as",
            field=models.CharField(
                choices=[("online", "Online"), ("away", "Away"), ("busy", "Busy"), ("invisible", "Invisible")],
                db_default="online",
                default="online",
                help_text="How this person chose to look while connected.",
                max_length=10,
            ),
        ),
    ]
