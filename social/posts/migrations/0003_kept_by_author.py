"""The index of an author's posts takes in what moderators hid: its author lists it. The feeds still read ids from it alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index that is built while people write
    dependencies = [
        ("social_posts", "0002_hidden_reason"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                fields=["author", "-id"], include=["audience", "hidden_at"], condition=models.Q(("deleted_at", None)), name="post_kept_by_author"
            ),
        ),
        RemoveIndexConcurrently(model_name="post", name="post_by_author"),
    ]
