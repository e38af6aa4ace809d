"""How drf-spectacular sees our endpoints: the envelope around every answer, the error body for every refusal, cursors, keys and limits.

An endpoint says what it takes and gives with ``operation``; the rest is added here, so that the description cannot forget what the base does.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter, extend_schema

from core.errors import catalogue
from core.paging import DEFAULT_LIMIT, MAX_LIMIT

Direction = Literal["request", "response"]
Method = TypeVar("Method", bound=Callable[..., Any])
LIST_PARAMETERS = [
    OpenApiParameter("cursor", str, description="The `next` of the page before."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}, description="Rows a page."),
]
REFUSALS = {
    "400": "The request is not right: its shape, a field, a cursor.",
    "401": "Nobody is signed in, or not any more.",
    "403": "The viewer may see it and may not do this.",
    "404": "It does not exist, or the viewer may not know that it does.",
    "409": "The state of things has moved on, or a twin of this request is under way.",
    "422": "The Idempotency-Key was used with another body.",
    "429": "Too many requests.",
    "default": "Any other refusal, in the same shape.",
}


def operation(
    summary: str, *, request: Any = None, response: Any = None, status: int = 200, paged: bool = False, parameters: Sequence[Any] = (), **more: Any
) -> Callable[[Method], Method]:
    """Describe one method of an Endpoint.

    Args:
        summary: one line; the docstring of the method follows it as description.
        request: serializer class of the body.
        response: serializer class of ``data`` (of one row where ``paged``); None where there is no body (204).
        status: of a success.
        paged: the answer is a page: ``cursor`` and ``limit`` are taken, ``pagination`` and ``Link`` given.
        parameters: further query parameters: OpenApiParameter or a serializer class.
        more: for drf-spectacular's extend_schema as it stands.
    """

    def describe(method: Method) -> Method:
        taken = [*(LIST_PARAMETERS if paged else []), *parameters]
        shown = response(many=True) if paged and response is not None else response
        described = extend_schema(summary=summary, request=request, responses={status: shown}, parameters=taken, **more)(method)
        described.paged, described.takes_body = paged, request is not None  # type: ignore[attr-defined]
        return described

    return describe


class EnvelopeAutoSchema(AutoSchema):
    """Describes what the renderer really sends."""

    def get_tags(self) -> list[str]:
        """By the first word of the path: posts, users, conversations."""
        found = re.match(r"/api/v1/([^/]+)", self.path)
        return [found.group(1)] if found else ["other"]

    def get_operation_id(self) -> str:
        """Method and path, spelt out: ``delete_auth_sessions_by_session_id``. Unique because the pair is."""
        words = [part.replace("{", "by_").replace("}", "") for part in self.path.removeprefix("/api/v1/").strip("/").split("/")]
        return re.sub(r"\W", "_", "_".join([self.method.lower(), *words]))

    def get_override_parameters(self) -> list[Any]:
        if self.method == "POST" and getattr(self.view, "idempotent", False):
            return [
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]+$"},
                    OpenApiParameter.HEADER,
                    description="Sent again with the same key within a day, the request is answered again, not carried out again.",
                )
            ]
        return []

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """A field that may be empty is not always in the format it has when it is filled; one that is only read has forgotten whether it may."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if getattr(field, "allow_blank", False) or (field.read_only and schema.get("format") in {"uri", "email"}):
            schema.pop("format", None)

    def _get_request_body(self, direction: Direction = "request") -> Any:
        """A DELETE may take a body as well, where it says so; drf-spectacular describes those of other methods only."""
        if self.method != "DELETE" or not getattr(getattr(self.view, "delete", None), "takes_body", False):
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = "DELETE"

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        error = {
            "application/json": {"schema": self._component("Error", error_schema()).ref},
            "application/problem+json": {"schema": self._component("Problem", problem_schema()).ref},
        }
        for status, meaning in REFUSALS.items():
            if (status == "404" and "{" not in self.path) or (status == "422" and self.method != "POST"):
                continue
            bodies.setdefault(status, {"description": meaning, "content": error})
        return bodies

    def _get_response_for_code(self, serializer: Any, status_code: str, media_types: Any = None, direction: Direction = "response") -> dict[str, Any]:
        answer: dict[str, Any] = super()._get_response_for_code(serializer, status_code, media_types, direction)  # type: ignore[no-untyped-call]
        if not status_code.startswith("2"):
            return answer
        paged = getattr(getattr(self.view, self.method.lower(), None), "paged", False)
        for content in answer.get("content", {}).values():
            content["schema"] = self._envelope(content["schema"], paged)
        if status_code != "204" and "content" not in answer:
            answer["content"] = {"application/json": {"schema": self._envelope({"type": "null"}, paged=False)}}
        if paged:
            answer.setdefault("headers", {})["Link"] = {
                "schema": {"type": "string"},
                "description": 'Address of the next page, rel="next"; absent on the last.',
            }
        return answer

    def _envelope(self, data: dict[str, Any], paged: bool) -> dict[str, Any]:
        properties = {
            "success": {"type": "boolean", "const": True},
            "data": data,
            "message": {"type": "string", "description": "For people."},
            "timestamp": {"type": "string", "format": "date-time"},
        }
        if paged:
            properties["pagination"] = self._component("Pagination", PAGINATION).ref
        return {"type": "object", "properties": properties, "required": ["success", "data", "timestamp", *(["pagination"] if paged else [])]}

    def _component(self, name: str, schema: dict[str, Any]) -> ResolvedComponent:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(component)
        return component


PAGINATION: dict[str, Any] = {
    "type": "object",
    "properties": {"next": {"type": ["string", "null"], "description": "Cursor of the next page."}, "has_more": {"type": "boolean"}},
    "required": ["next", "has_more"],
}


def error_schema() -> dict[str, Any]:
    """The error envelope, with the whole catalogue of codes."""
    lines = "\n".join(f"- `{code}`: {meaning}" for code, meaning in catalogue().items())
    code = {"type": "string", "description": f"Stable; one of:\n\n{lines}", "enum": list(catalogue())}
    inner = {
        "type": "object",
        "properties": {
            "code": code,
            "message": {"type": "string", "description": "For people; may change."},
            "details": {"type": "object", "additionalProperties": {}},
        },
        "required": ["code", "message", "details"],
    }
    return {
        "type": "object",
        "properties": {"success": {"type": "boolean", "const": False}, "error": inner, "timestamp": {"type": "string", "format": "date-time"}},
        "required": ["success", "error", "timestamp"],
    }


def problem_schema() -> dict[str, Any]:
    """The same error to RFC 9457."""
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
            "details": {"type": "object", "additionalProperties": {}},
        },
        "required": ["type", "title", "status", "detail", "code", "details"],
    }
