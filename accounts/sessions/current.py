"""Which of our sessions a request came by."""

from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.sessions.services import SESSION_ID_KEY


def session_id(request: HttpRequest | Request) -> UUID | None:
    """By token or by cookie; None where nobody is signed in, or was before there were rows of sessions."""
    if isinstance(request, Request):
        return request.auth if isinstance(request.auth, UUID) else None
    value = request.session.get(SESSION_ID_KEY)
    return UUID(value) if value else None
