"""From exceptions to answers: ``{"code", "message", "details"}``, the code stable, the message for people."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import DomainError, RateLimited


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: an answer for every refusal we know; None (a 500) for what we do not."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        status, body = error.status, {"code": error.code, "message": error.message, "details": error.details}
        if isinstance(error, RateLimited):
            headers["Retry-After"] = str(max(1, round(error.retry_after)))
    elif isinstance(error, exceptions.ValidationError):
        status, body = 400, {"code": "validation_error", "message": "Some fields are not right.", "details": {"fields": error.get_full_details()}}
    elif isinstance(error, exceptions.APIException):
        status, body = error.status_code, {"code": str(error.get_codes()), "message": str(error.detail), "details": {}}
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
    else:
        return None
    set_rollback()
    return Response(body, status=status, headers=headers)
