from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index that is built while people write

    dependencies = [("social_graph", "0003_follow_requests")]

    operations = [
        AddIndexConcurrently("personcounts", models.Index(fields=["-follower_count", "person"], name="person_counts_popular")),
    ]
