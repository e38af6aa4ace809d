"""Which people exist for whom. Blocks are known one floor up: ``social.graph.querysets.people_visible_to``."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Expression, Value
from django.db.models.functions import Concat, Lower, Upper
from django.db.models.lookups import Exact

if TYPE_CHECKING:
    from accounts.users.models import User


def names() -> Upper:
    """What people are found by: the username and the display name, in upper case, with a space before each of their words."""
    return Upper(Concat(Value(" "), "username", Value(" "), "display_name"))


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        """People who can sign in and be seen: neither deactivated nor suspended right now."""
        return self.filter(is_active=True).exclude(suspended_until__gt=models.functions.Now())

    def named(self, name: str | Expression) -> "UserQuerySet":
        """By username, whatever the case. Not by ``iexact``: that is in upper case, and the index that keeps usernames apart in lower case."""
        said = Value(name, models.CharField()) if isinstance(name, str) else name
        return self.filter(Exact(Lower("username"), Lower(said)))

    def unconfirmed(self) -> "UserQuerySet":
        """Sign-ups that nobody has confirmed: made with an address that was not answered from. They exist for nobody."""
        return self.filter(is_waiting=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    """Creates people; allauth and ``createsuperuser`` come through here."""

    def create_user(self, username: str, email: str | None = None, password: str | None = None, **fields: object) -> "User":
        user: User = self.model(username=username, email=self.normalize_email(email).lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: object) -> "User":
        """The address counts as confirmed: whoever runs commands on the server could confirm it anyway, and no mail need leave yet."""
        person = self.create_user(username, email, password, is_staff=True, is_superuser=True, **fields)
        if person.email:
            apps.get_model("account", "EmailAddress").objects.create(user=person, email=person.email, primary=True, verified=True)
        return person
