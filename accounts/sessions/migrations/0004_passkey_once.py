"""One passkey belongs to one account: allauth's table does not say so, the database must."""

from django.db import migrations

ADD = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS passkey_belongs_to_one
    ON mfa_authenticator ((data #>> '{credential,id}')) WHERE type = 'webauthn'
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts_sessions", "0003_spent"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunSQL(ADD, "DROP INDEX CONCURRENTLY IF EXISTS passkey_belongs_to_one")]
