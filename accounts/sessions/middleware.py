"""What pages need of sessions: their use is noted, and whoever has to confirm something is asked. (Tokens are noted where they are checked.)"""

import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.sessions import services
from accounts.sessions.current import address_of
from accounts.sessions.step_up import ReauthenticationRequired
from accounts.sessions.tokens import NotAuthenticated


class SessionUseMiddleware:
    """Once in ``services.TOUCH_EVERY`` it writes the time of use, which also lets the cookie live on. After AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session_id = request.session.get(services.SESSION_ID_KEY)
        now = int(time.time())
        if session_id and now - request.session.get(services.NOTED_KEY, 0) >= services.TOUCH_EVERY.total_seconds():
            request.session[services.NOTED_KEY] = now
            services.note_use(session_id=UUID(session_id), address=address_of(request))
        return self.get_response(request)


class AskAgain:
    """Sends whoever has to sign in, or to confirm that it is them, to where they can, and from there back. After ``core.web.middleware.Refusals``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        page = "account_login" if isinstance(exception, NotAuthenticated) else "account_reauthenticate"
        if not isinstance(exception, NotAuthenticated | ReauthenticationRequired) or request.path.startswith("/api/"):
            return None
        address = f"{reverse(page)}?{urlencode({'next': self.way_back(request)})}"
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    def way_back(self, request: HttpRequest) -> str:
        """The page that was asked for, or the one a form was sent from. What was sent is kept nowhere: it may be a password."""
        if request.method in {"GET", "HEAD"}:
            return request.get_full_path()
        referrer = request.headers.get("Referer", "")
        if not referrer or not url_has_allowed_host_and_scheme(referrer, {request.get_host()}):
            return reverse("settings")
        return urlsplit(referrer)._replace(scheme="", netloc="", fragment="").geturl()
