from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("social_posts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="hidden_reason",
            field=models.CharField(blank=True, default="", editable=False, help_text="Why it is hidden, in the words of the moderator.", max_length=500),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("hidden_reason", ""), ("hidden_at__isnull", False), _connector="OR"), name="post_hidden_reason"
            ),
        ),
    ]
