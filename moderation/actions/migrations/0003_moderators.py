"""The group of moderators and what its members may do."""

from django.db import migrations

GROUP = "moderators"
PERMISSIONS = [
    ("moderation_reports", "case", "view_case", "Can view case"),
    ("moderation_reports", "case", "moderate", "Can claim and decide cases"),
    ("moderation_reports", "report", "view_report", "Can view report"),
    ("moderation_actions", "act", "view_act", "Can view act"),
]


def make_group(apps, schema_editor):
    content_types = apps.get_model("contenttypes", "ContentType")
    permissions = apps.get_model("auth", "Permission")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    for app_label, model, codename, name in PERMISSIONS:
        # Django makes these only after all migrations; it takes the ones it finds.
        content_type, _ = content_types.objects.get_or_create(app_label=app_label, model=model)
        permission, _ = permissions.objects.get_or_create(content_type=content_type, codename=codename, defaults={"name": name})
        group.permissions.add(permission)


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("moderation_actions", "0002_append_only"),
        ("moderation_reports", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, remove_group)]
