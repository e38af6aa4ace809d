"""Moderators for tests."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory


def make_moderator(**fields: Any) -> User:
    """Somebody in the group that the migration makes."""
    if not Group.objects.filter(name="moderators").exists():  # a test on real transactions has emptied the table
        import_module("moderation.actions.migrations.0003_moderators").make_group(apps, None)
    moderator: User = UserFactory.create(is_staff=True, **fields)
    moderator.groups.add(Group.objects.get(name="moderators"))
    moderator.refresh_from_db()
    return moderator
