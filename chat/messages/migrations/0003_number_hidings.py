import django.db.models.deletion
from django.db import migrations, models

# A unique index made beside running writes, which Django's AddConstraint cannot do.
CREATE = '''CREATE UNIQUE INDEX CONCURRENTLY "hiding_number_once" ON "chat_messages_hiddenmessage" ("membership_id", "number")'''
CREATE += ' WHERE "number" IS NOT NULL'
DROP = 'DROP INDEX CONCURRENTLY IF EXISTS "hiding_number_once"'


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("chat_conversations", "0003_membership_last_hiding"),
        ("chat_messages", "0002_message_change"),
    ]

    operations = [
        migrations.AddField(
            model_name="hiddenmessage",
            name="membership",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hidings",
                to="chat_conversations.membership",
            ),
        ),
        migrations.AddField(
            model_name="hiddenmessage",
            name="number",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.RunSQL(
            CREATE,
            DROP,
            state_operations=[
                migrations.AddConstraint(
                    model_name="hiddenmessage",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("number__isnull", False)), fields=("membership", "number"), name="hiding_number_once"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="hiddenmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("membership", None), ("number", None), _connector="AND")
                | models.Q(("membership__isnull", False), ("number__gte", 1), ("number__isnull", False), _connector="AND"),
                name="hiding_is_numbered_or_old",
            ),
        ),
    ]
