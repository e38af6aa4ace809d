"""``Idempotency-Key``: a create that is sent twice happens once, and both get the same answer.

The effect, and the row that remembers it, commit together: a crash leaves either both or neither, so there is no lock to go stale. Meanwhile an
advisory lock turns away a twin of the request. A refused request has no effect, so it is not remembered and may be sent again.
"""

import functools
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.response import Response

from core.api.models import IdempotentRequest
from core.api.renderers import encoder
from core.errors import Conflict, DomainError, Invalid

KEPT = timedelta(hours=24)
SANE = re.compile(r"[\x21-\x7e]{1,200}\Z")
Method = Callable[..., Response]


class KeyReused(DomainError):
    """The same key came with another body."""

    status = 422
    default_code = "idempotency_key_reused"
    default_message = "This Idempotency-Key was used with another body."


def once(method: Method) -> Method:
    """Make a ``post`` of an Endpoint honour the header. Anonymous requests have nobody to keep the answer for, and are carried out as they come."""

    @functools.wraps(method)
    def wrapper(self: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None or not self.idempotent or not request.user.is_authenticated:
            return method(self, request, *args, **kwargs)
        if not SANE.match(key):
            raise Invalid("An Idempotency-Key is 1 to 200 visible ASCII characters.", code="idempotency_key_invalid")
        route = f"POST {request.path}"[:500]
        return _carry_out(request.user.pk, key, route, fingerprint_of(request), lambda: method(self, request, *args, **kwargs))

    return wrapper


def fingerprint_of(request: Any) -> str:
    """A hash of what the body says, not of how it is spaced; files count by name and size."""
    said = (
        {name: [getattr(value, "name", value), getattr(value, "size", 0)] for name, value in request.data.items()} if request.FILES else request.data
    )
    return blake2b(msgspec.json.encode(said, order="deterministic", enc_hook=str), digest_size=32).hexdigest()


def forget_old() -> int:
    """Drop what is past its day. Returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def forget_person(person_id: UUID) -> int:
    """Drop what somebody who is gone was answered. Returns how many."""
    return IdempotentRequest.objects.filter(person_id=person_id).delete()[0]


def _carry_out(person_id: UUID, key: str, route: str, fingerprint: str, work: Callable[[], Response]) -> Response:
    with transaction.atomic():
        _lock(f"{person_id} {key} {route}")
        remembered = IdempotentRequest.objects.filter(person_id=person_id, key=key, route=route).first()
        if remembered is not None and remembered.created_at < timezone.now() - KEPT:
            remembered.delete()
            remembered = None
        if remembered is not None:
            if remembered.fingerprint != fingerprint:
                raise KeyReused
            return Response(msgspec.Raw(remembered.body.encode()), status=remembered.status, headers={"Idempotency-Replayed": "true"})
        response = work()
        IdempotentRequest.objects.create(
            person_id=person_id,
            key=key,
            route=route,
            fingerprint=fingerprint,
            status=response.status_code,
            body=encoder.encode(response.data).decode(),
        )
        return response


def _lock(name: str) -> None:
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Conflict("A request with this Idempotency-Key is still being carried out.", code="idempotency_in_progress")
