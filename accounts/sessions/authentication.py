"""How REST requests say who they are: a bearer token (apps) or the cookie session (our pages)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.sessions import selectors, services, tokens
from accounts.sessions.current import address_of
from accounts.users.models import User


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``. ``request.auth`` becomes the id of the session."""

    def authenticate(self, request: Request) -> tuple[User, UUID] | None:
        scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            session = selectors.session_behind(tokens.session_of(raw.strip()))
        except tokens.NotAuthenticated as error:
            raise AuthenticationFailed(error.message, code=error.code) from None
        if session is None:
            raise AuthenticationFailed("This session has ended.", code="session_ended")
        unused = (timezone.now() - session.last_used_at).total_seconds()
        services.touch_session(session_id=session.pk, unused_seconds=unused, address=address_of(request._request))
        return session.user, session.pk

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class _CsrfCheck(CsrfViewMiddleware):
    """Gives the reason back instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


class CookieAuthentication(BaseAuthentication):
    """The cookie session of our own pages; every write brings the CSRF token. ``request.auth`` becomes the id of the session."""

    def authenticate(self, request: Request) -> tuple[User, UUID | None] | None:
        user = request._request.user
        if not user.is_authenticated:
            return None
        self._enforce_csrf(request._request)
        session_id = request._request.session.get(services.SESSION_ID_KEY)
        return user, UUID(session_id) if session_id else None

    def _enforce_csrf(self, request: HttpRequest) -> None:
        check = _CsrfCheck(lambda _request: None)  # type: ignore[arg-type]
        check.process_request(request)
        if reason := check.process_view(request, None, (), {}):  # type: ignore[arg-type]
            raise PermissionDenied(f"CSRF: {reason}", code="csrf_failed")


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.sessions.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class CookieScheme(SessionScheme):  # type: ignore[no-untyped-call]
    target_class = "accounts.sessions.authentication.CookieAuthentication"
    name = "cookie"
