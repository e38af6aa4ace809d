"""How many files somebody may bring, the same through every door.

A picture of a post is one of up to ten, so an hour holds ten posts of ten (``uploaded_files``, any kind). What is shown by itself, as an avatar or
a cover is, counts whole besides (``uploads``).
"""

from django.http import HttpRequest

from accounts.users.models import User
from core.api import limits
from media_app.uploads.models import Kind

FILES, UPLOADS = "uploaded_files", "uploads"
PART_OF_SOMETHING = frozenset({Kind.IMAGE.value})


def count_file(request: HttpRequest, person: User) -> list[limits.Verdict]:
    """Count a file that is sent, by person and by address. Raises: RateLimited."""
    return _count(FILES, request, person)


def count_kind(request: HttpRequest, person: User, kind: str) -> list[limits.Verdict]:
    """Count it once more where its kind stands alone. Raises: RateLimited."""
    return [] if kind in PART_OF_SOMETHING else _count(UPLOADS, request, person)


def _count(scope: str, request: HttpRequest, person: User) -> list[limits.Verdict]:
    return limits.enforce(scope, f"person:{person.pk}", limits.address_identity(request))
