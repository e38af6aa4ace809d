"""``/ws/schema/``: the description of the socket, as JSON for programs and as a page for people."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.realtime.asyncapi import document
from core.web import richtext


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """AsyncAPI as JSON; a page where the browser prefers HTML, unless it asks for ``?format=json``."""
    described = document()
    as_json = request.GET.get("format") == "json" or request.get_preferred_type(["application/json", "text/html"]) != "text/html"
    if as_json:
        return JsonResponse(described, json_dumps_params={"indent": 1})
    messages = described["components"]["messages"]
    context = {
        "introduction": richtext.render(described["info"]["description"]),
        "inbound": [_row(message) for name, message in messages.items() if name.startswith("in.")],
        "outbound": [_row(message) for name, message in messages.items() if name.startswith("out.")],
        "schemas": {name: json.dumps(shape, indent=2) for name, shape in described["components"]["schemas"].items()},
        "close_codes": described["x-close-codes"],
    }
    return render(request, "core/realtime/schema.html", context)


def _row(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": message["name"],
        "summary": message["summary"],
        "limits": message.get("x-limits", []),
        "shape": json.dumps(message["payload"], indent=2),
    }
