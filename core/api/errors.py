"""From exceptions to answers: ``{"code", "message", "details"}``, the code stable, the message for people."""

from typing import Any

import structlog
from django.core import signals
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from drf_standardized_errors.formatter import flatten_errors
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.api.negotiation import wants_problem
from core.api.renderers import PROBLEM
from core.errors import DomainError, Forbidden, NotFound, RateLimited, TooLarge, Unavailable
from core.request_ids import current_request_id

log = structlog.get_logger(__name__)


FRAMEWORK_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "parse_error",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's hook: an answer for every refusal we know, and for what we do not know a 500 that shows a request id and nothing else."""
    request: Request | None = context.get("request")
    status, body, headers = describe(error)
    if status == 500:
        signals.got_request_exception.send(sender=None, request=getattr(request, "_request", request))
        body["details"] = {"request_id": current_request_id()}
    set_rollback()
    content_type = PROBLEM if request is not None and wants_problem(request) else None
    return Response(body, status=status, headers=headers, content_type=content_type)


def describe(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers that tell of ``error``."""
    known = as_domain_error(error)
    if known is not None:
        headers = {}
        if isinstance(known, RateLimited):
            headers["Retry-After"] = str(max(1, -int(-known.retry_after // 1)))
        elif isinstance(known, Unavailable):
            headers["Retry-After"] = "5"
        return known.status, {"code": known.code, "message": known.message, "details": known.details}, headers
    if isinstance(error, exceptions.ValidationError):
        fields = [{"attr": found.attr, "code": found.code, "detail": found.detail} for found in flatten_errors(error.detail)]
        return 400, {"code": "validation_error", "message": "Some fields are not right.", "details": {"fields": fields}}, {}
    if isinstance(error, exceptions.APIException) and error.status_code < 500:
        headers = {"WWW-Authenticate": header} if (header := getattr(error, "auth_header", None)) else {}
        return error.status_code, {"code": code_of(error), "message": str(error.detail), "details": {}}, headers
    return 500, {"code": "internal_error", "message": "Something broke on our side. It has been noted.", "details": {}}, {}


def as_domain_error(error: Exception) -> DomainError | None:
    """The refusal of ours that says the same as ``error``, if there is one."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, (Http404, exceptions.NotFound)):
        return NotFound()
    if isinstance(error, exceptions.Throttled):
        return RateLimited(getattr(error, "wait", None) or 1)
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, PermissionDenied):
        return Forbidden()
    return None


def code_of(error: exceptions.APIException) -> str:
    """The stable code of one of DRF's own refusals."""
    if isinstance(error, exceptions.PermissionDenied) and "CSRF" in str(error.detail):
        return "csrf_failed"
    if isinstance(error, exceptions.AuthenticationFailed) and (code := str(error.get_codes())) != exceptions.AuthenticationFailed.default_code:
        return code
    for kind, code in FRAMEWORK_CODES.items():
        if isinstance(error, kind):
            return code
    return "invalid"
