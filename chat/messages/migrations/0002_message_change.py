from django.db import migrations, models

# A unique index made beside running writes, which Django's AddConstraint cannot do.
CREATE = 'CREATE UNIQUE INDEX CONCURRENTLY "message_change_once" ON "chat_messages_message" ("conversation_id", "change") WHERE "change" IS NOT NULL'
DROP = 'DROP INDEX CONCURRENTLY IF EXISTS "message_change_once"'


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('chat_conversations', '0002_conversation_last_change'),
        ('chat_messages', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='change',
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.RunSQL(
            CREATE,
            DROP,
            state_operations=[
                migrations.AddConstraint(
                    model_name='message',
                    constraint=models.UniqueConstraint(condition=models.Q(('change__isnull', False)), fields=('conversation', 'change'), name='message_change_once'),
                ),
            ],
        ),
    ]
