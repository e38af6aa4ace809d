from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat_conversations', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='last_change',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
    ]
