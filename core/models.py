"""The base of every table: a UUIDv7 key, ordered by time, so that paging by key is paging by age."""

from typing import Any
from uuid import UUID

import uuid_utils.compat
from django.db import models


def uuid7() -> UUID:
    """A new time-ordered id (RFC 9562 §5.7)."""
    return uuid_utils.compat.uuid7()


class BaseModel(models.Model):
    """Key and time of creation. The key is known before the row is written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def at_hand(self, name: str) -> Any:
        """What a foreign key points at where that is loaded, and its key where it is not: for ``__str__``, since a line of a log asks no database."""
        field: Any = self._meta.get_field(name)
        return field.get_cached_value(self, default=None) or getattr(self, field.attname)
