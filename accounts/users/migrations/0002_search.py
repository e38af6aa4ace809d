import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # an index that is built while people write

    dependencies = [("accounts_users", "0001_initial")]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(
            "user",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("username"), name="gin_trgm_ops"), name="user_by_username_part"
            ),
        ),
        AddIndexConcurrently(
            "user",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("display_name"), name="gin_trgm_ops"), name="user_by_name_part"
            ),
        ),
    ]
