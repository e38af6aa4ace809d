"""The audit trail can only grow: the database itself refuses to change or delete a row."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION moderation_act_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER act_append_only BEFORE UPDATE OR DELETE ON moderation_actions_act
    FOR EACH ROW EXECUTE FUNCTION moderation_act_is_append_only();
"""
ALLOW = """
DROP TRIGGER act_append_only ON moderation_actions_act;
DROP FUNCTION moderation_act_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("moderation_actions", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
