"""Notes that a cookie session is in use. Sessions with tokens are noted where the token is checked."""

import time
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.sessions import services


class SessionUseMiddleware:
    """Once in ``services.TOUCH_EVERY`` it writes the time of use, which also lets the cookie live on. After AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session_id = request.session.get(services.SESSION_ID_KEY)
        now = int(time.time())
        if session_id and now - request.session.get(services.NOTED_KEY, 0) >= services.TOUCH_EVERY.total_seconds():
            request.session[services.NOTED_KEY] = now
            services.note_use(session_id=UUID(session_id))
        return self.get_response(request)
