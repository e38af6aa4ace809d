from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat_conversations", "0002_conversation_last_change")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="last_hiding",
            field=models.PositiveBigIntegerField(
                db_default=0, default=0, help_text="How many messages the person deleted for themselves alone."
            ),
        ),
    ]
