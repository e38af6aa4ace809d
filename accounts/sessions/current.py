"""Which of our sessions a request came by, and from where."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.sessions.services import SESSION_ID_KEY
from core.api.addresses import address_in


def session_id(request: HttpRequest | Request) -> UUID | None:
    """By token or by cookie; None where nobody is signed in, or was before there were rows of sessions."""
    if isinstance(request, Request):
        return request.auth if isinstance(request.auth, UUID) else None
    value = request.session.get(SESSION_ID_KEY)
    return UUID(value) if value else None


def address_of(request: HttpRequest) -> str | None:
    """As a database takes it: None where the server was told none."""
    return known_address(request.META)


def known_address(meta: Mapping[str, Any]) -> str | None:
    """``address_of`` what a server says about a request."""
    address = address_in(meta)
    return None if address == "unknown" else address
