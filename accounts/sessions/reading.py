"""The short way of reading over REST, for the few addresses that are asked for all the time.

A GET with an access token needs little: the token is checked without a query, the limit is counted, and whether the session stands is asked
in one round trip with what is read (``core.queries.Behind``). So ``ReadEndpoint`` answers it without DRF around it. It can only succeed: at the
first sign of anything else (another way to sign in, a refusal, an unusual header) the request goes the long way, which answers it as it answers
everything. What is read is written once, in ``read``, for both ways.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions import selectors, services, tokens
from accounts.sessions.current import known_address
from core.api import conditional
from core.api.addresses import origin
from core.api.limits import Verdict
from core.api.negotiation import USUAL
from core.api.paging import link, link_to, pagination
from core.api.renderers import envelope, stamped
from core.api.throttles import count_person_ahead, limit_headers
from core.api.views import Endpoint
from core.errors import DomainError
from core.queries import Behind, Statement, somebody
from core.web.express import Answer, LongWayError

_behind_session = Behind(selectors.standing_session)
SESSION_WIDTH = 2  # columns of it
HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization, Cookie"}
JSON = {"Content-Type": "application/json", "Allow": "GET, HEAD, OPTIONS"}
PARAMETERS = {"cursor", "limit"}
PRECONDITIONS = frozenset({"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"})  # rare, so they go the long way


class Reader(ABC):
    """Who reads, and how statements are asked for them. ``viewer`` has a ``pk`` and nothing else, or is None where nobody is signed in."""

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer

    @property
    @abstractmethod
    def along(self) -> Mapping[str, bytes | None]:
        """The values of the endpoint's ``along``. Whoever looks before the first statement has been asked may have to wait for Redis."""

    @abstractmethod
    def ask(self, query: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of ``query``, in any order."""


class AdmittedReader(Reader):
    """Whoever has been let in."""

    def __init__(self, viewer: Any, along: Mapping[str, bytes | None]) -> None:
        super().__init__(viewer)
        self._along = along

    @property
    def along(self) -> Mapping[str, bytes | None]:
        return self._along

    def ask(self, query: Statement, **values: Any) -> list[tuple[Any, ...]]:
        return query(**values)


class TokenReader(Reader):
    """Somebody with an access token whose session has not been asked about yet: the first statement does it, and gives nothing if it has ended."""

    def __init__(self, claims: tokens.Claims, counted: Callable[[], list[Verdict]], address: str | None) -> None:
        super().__init__(somebody(claims.user_id))
        self.counted = counted
        self.claims = claims
        self.address = address
        self.is_admitted = False

    @property
    def along(self) -> Mapping[str, bytes | None]:
        verdicts = self.counted()
        return verdicts[0].along if verdicts else {}

    def ask(self, query: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """As above. Raises LongWayError where the session has ended or its person may not be here."""
        if self.is_admitted:
            return query(**values)
        session, rows = _behind_session(query, SESSION_WIDTH, session_id=self.claims.session_id, **values)
        if session is None or session[0] != self.claims.user_id:
            raise LongWayError
        self.is_admitted = True
        services.touch_session(session_id=self.claims.session_id, unused_seconds=session[1], address=self.address)
        return rows


@lru_cache(maxsize=256)  # many ask for the same page of what is theirs
def parameters(query: str) -> Mapping[str, str]:
    return QueryDict(query).dict()


@dataclass(frozen=True, slots=True)
class Found:
    """What was read, as JSON, and the cursor of the page after it."""

    data: bytes
    next: str | None


class ReadEndpoint(Endpoint, ABC):
    """An endpoint whose GET is ``read``; its ``get`` describes it and returns ``self.answer_read(request, ...)``."""

    @classmethod
    @abstractmethod
    def read(cls, reader: Reader, params: Mapping[str, str], path: Mapping[str, Any]) -> Found:
        """What the address answers. It asks the database at least once through ``reader``, and first of all. Raises DomainError."""

    def answer_read(self, request: Request, **path: Any) -> Response:
        """The long way: whoever it is has been let in."""
        viewer = self.viewer
        along = {key: self.asked_along(key) for key in self.along}
        found = self.read(AdmittedReader(viewer, along), request.query_params, path)
        response = Response(msgspec.Raw(found.data))
        response.pagination = pagination(found.next)  # type: ignore[attr-defined]
        if found.next:
            response["Link"] = link(request._request, found.next)
        return response

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        long_way = super().as_view(**initkwargs)

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                answer = cls.short_way(request.META, origin(request), **kwargs)
            except (LongWayError, DomainError):
                return long_way(request, *args, **kwargs)
            request.user = somebody(answer.person_id)  # for the line in the log
            if answer.status == 304:
                return HttpResponseNotModified(headers=answer.headers)
            return HttpResponse(answer.content, headers=answer.headers)

        view.__dict__.update(vars(long_way))
        return view

    @classmethod
    def short_way(cls, meta: dict[str, Any], at: str, **path: Any) -> Answer:
        """The answer, where it is a good one (``core.web.express.ShortWay``). Raises LongWayError, DomainError."""
        scheme, _, raw = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
        if meta["REQUEST_METHOD"] != "GET" or scheme.lower() != "bearer" or meta.get("HTTP_ACCEPT", "*/*") not in USUAL:
            raise LongWayError
        address, query = meta["PATH_INFO"], meta["QUERY_STRING"]
        params = parameters(query)
        if not address.isascii() or "%" in query or not params.keys() <= PARAMETERS or not PRECONDITIONS.isdisjoint(meta):
            raise LongWayError
        claims = tokens.claims_of(raw.strip())
        counted = count_person_ahead(meta, claims.user_id, along=cls.along)
        try:
            reader = TokenReader(claims, counted, known_address(meta))
            found = cls.read(reader, params, path)
        finally:
            verdicts = counted()
        if not reader.is_admitted or any(not verdict.allowed for verdict in verdicts):
            raise LongWayError
        content = envelope(found.data, pagination(found.next))
        headers = {**HEADERS, **limit_headers(meta), "ETag": conditional.tag(content)}
        if conditional.has_it(meta, headers["ETag"]):
            return Answer(304, headers, b"", claims.user_id)
        if found.next:
            headers["Link"] = link_to(at, address, query, found.next)
        return Answer(200, {**headers, **JSON}, stamped(content), claims.user_id)
