"""The base of every REST endpoint."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from core.api import conditional, idempotency
from core.api.limits import Verdict
from core.api.paging import page_arguments, page_response
from core.api.throttles import VERDICTS, count_refused, limit_headers
from core.errors import UNREADABLE, Invalid, NotFound
from core.paging import DEFAULT_LIMIT, Page

Handler = TypeVar("Handler", bound=Callable[..., Response])


class Endpoint(APIView):
    """A thin door: authenticate, check the shape, call one selector or service, serialise.

    ``limits`` names a further scope of ``settings.LIMITS`` by method: ``{"POST": "uploads"}``.
    ``idempotent`` is switched off where answers carry secrets.
    ``along`` names keys of Redis that are read when the limit is counted, which spares asking once more; ``asked_along`` has their values.
    """

    limits: ClassVar[Mapping[str, str]] = {}
    idempotent: ClassVar[bool] = True
    along: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "post" in vars(cls):
            cls.post = idempotency.once(vars(cls)["post"])  # type: ignore[attr-defined]

    @property
    def viewer(self) -> Any:
        """The signed-in person, or None. Selectors take it as it is."""
        user = self.request.user
        return None if isinstance(user, AnonymousUser) else user

    def asked_along(self, key: str) -> bytes | None:
        """The value of one of ``along``; None also while Redis is away."""
        verdicts: list[Verdict] = self.request.META.get(VERDICTS, [])
        return verdicts[0].along.get(key) if verdicts else None

    def validated(self, serializer: type[BaseSerializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The body in the shape ``serializer`` declares, or a 400 that names the fields."""
        return self._checked(serializer(data=self.request.data, partial=partial, context=self.serializer_context))

    def validated_query(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The query string in the shape ``serializer`` declares, or a 400 that names the fields."""
        return self._checked(serializer(data=self.request.query_params, context=self.serializer_context))

    def answer(self, serializer: type[BaseSerializer[Any]], value: Any, *, status: int = 200, many: bool = False) -> Response:
        """``value`` as ``serializer`` shows it."""
        return Response(serializer(value, many=many, context=self.serializer_context).data, status=status)

    def page_arguments(self, *, default_limit: int = DEFAULT_LIMIT) -> dict[str, Any]:
        """``cursor`` and ``limit`` for the selector."""
        return page_arguments(self.request.query_params, default_limit=default_limit)

    def page(self, page: Page[Any], serializer: type[BaseSerializer[Any]]) -> Response:
        """A page of rows as ``serializer`` shows them."""
        return page_response(self.request, page, lambda rows: serializer(rows, many=True, context=self.serializer_context).data)

    @property
    def serializer_context(self) -> dict[str, Any]:
        return {"request": self.request, "viewer": self.viewer}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        texts = [*kwargs.values(), *request.query_params.keys(), *(value for values in request.query_params.lists() for value in values[1])]
        if any(isinstance(text, str) and UNREADABLE.search(text) for text in texts):
            raise Invalid("The address holds characters no text has.", code="invalid_characters")
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        with self._counted(request):
            super().perform_authentication(request)

    def check_permissions(self, request: Request) -> None:
        with self._counted(request):
            super().check_permissions(request)

    @contextmanager
    def _counted(self, request: Request) -> Iterator[None]:
        """Refusals count as requests do. Raises Throttled in their place past the limit."""
        try:
            yield
        except (AuthenticationFailed, NotAuthenticated, PermissionDenied):
            if (wait := count_refused(request)) is not None:
                raise Throttled(wait) from None
            raise

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in limit_headers(request.META).items():
            response[name] = value
        if request.method in {"GET", "HEAD"} and response.status_code == 200 and isinstance(response, Response):
            conditional.attach(request, response)
        return response

    def _checked(self, serializer: BaseSerializer[Any]) -> dict[str, Any]:
        serializer.is_valid(raise_exception=True)
        validated: dict[str, Any] = serializer.validated_data
        return validated


class NoSuchEndpoint(Endpoint):
    """Whatever else lies under /api/: the same 404 as for a missing object, in the same envelope."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is no such address in this API.")

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        raise NotFound("There is no such address in this API.")
