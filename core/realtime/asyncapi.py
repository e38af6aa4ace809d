"""The socket described as AsyncAPI 3, made from the registry: what is not registered cannot be said, so the page cannot be wrong."""

import inspect
from typing import Any

import msgspec
from django.conf import settings

from core.realtime.codes import CloseCode
from core.realtime.gateway import FRAME_BYTES
from core.realtime.registry import Command, Outbound, commands, hooks, outbound, room_kinds
from core.realtime.server import LARGEST_FRAME
from core.realtime.wire import Ack, Error

RESUME = "resume"
REFERENCE = "#/components/schemas/{name}"
INTRODUCTION = f"""\
One JSON text frame an event: `{{"type": …, "ref": …, "data": {{…}}}}`. A frame with a `ref` (yours to choose, up to 64 characters) is answered by \
an `ack` or an `error` with the same `ref`. Frames have at most {FRAME_BYTES} bytes; past {LARGEST_FRAME} the server closes with 1009.

**Who you are.** Pages of this site are known by their session cookie, and their `Origin` is checked. Programs offer the subprotocols `hubbub.v1` \
and `bearer.<access token>`, or send `authenticate` as their first frame. A token never goes into the address. The server says `authenticated`. \
A socket opened with a token lives as long as the token: a minute before its end comes `session:expiring`; \
answer with `authenticate` and a fresh token of the same session, or the socket closes with 4401. \
A socket opened with a cookie lives as long as its session.

**What you missed.** PostgreSQL has everything; a socket may lose things. After a resumable close, connect again after a random wait (double it each \
time, up to 30 s), and `resume` with what you saw last.
"""


def document() -> dict[str, Any]:
    """The whole description."""
    inbound = sorted(commands.values(), key=lambda command: command.name)
    types = [outbound[name] for name in sorted(outbound)]
    structs = _structs(
        [
            *(command.payload for command in inbound),
            *(command.ack for command in inbound if command.ack),
            *(kind for section in hooks.resume.values() for kind in (section.payload, section.answer)),
            *types,
            Ack,
            Error,
        ]
    )
    messages = {
        **{message_key("in", command.name): _inbound(command) for command in inbound},
        **{message_key("out", kind.type): _outbound(kind) for kind in types},
        "out.ack": _answer("ack", "The frame with this ref was carried out.", Ack),
        "out.error": _answer("error", "A frame was not carried out; `ref` is null where it could not be read.", Error),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"{settings.SITE_NAME} socket", "version": "1", "description": INTRODUCTION},
        "defaultContentType": "application/json",
        "servers": {
            "site": {"host": settings.SITE_URL.partition("://")[2], "protocol": "wss" if settings.SITE_URL.startswith("https") else "ws"},
        },
        "channels": {
            "socket": {"address": "/ws/", "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages}},
        },
        "operations": {
            "clientSends": _operation("receive", [name for name in messages if name.startswith("in.")]),
            "serverSends": _operation("send", [name for name in messages if name.startswith("out.")]),
        },
        "components": {"messages": messages, "schemas": structs},
        "x-close-codes": [{"code": int(code), "name": code.name, "meaning": code.meaning, "resumable": code.resumable} for code in CloseCode],
        "x-rooms": sorted(room_kinds),
        "x-resume": sorted(hooks.resume),
    }


def _structs(types: list[Any]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    return dict(sorted(components.items()))


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REFERENCE)
    return schema


def message_key(direction: str, name: str) -> str:
    """The name of a message among the components; direction is "in" or "out"."""
    return f"{direction}.{name.replace(':', '.')}"


def _inbound(command: Command) -> dict[str, Any]:
    resumes = command.name == RESUME
    payload = _sections({name: section.payload for name, section in hooks.resume.items()}) if resumes else _schema(command.payload)
    ack = _sections({name: section.answer for name, section in hooks.resume.items()}) if resumes else _schema(command.ack) if command.ack else None
    return {
        "name": command.name,
        "title": command.name,
        "summary": command.description,
        "payload": _envelope(command.name, payload, {"ref": {"type": "string", "maxLength": 64}}, ["type"]),
        "x-limits": [f"{limit.count} in {limit.seconds} s" for limit in command.limits],
        "x-ack": ack,
        "x-anonymous": command.anonymous,
    }


def _sections(kinds: dict[str, Any]) -> dict[str, Any]:
    """What ``resume`` carries and is answered with: the sections slices brought, each of them optional."""
    return {"type": "object", "properties": {name: _schema(kind) for name, kind in sorted(kinds.items())}, "additionalProperties": False}


def _outbound(kind: type[Outbound]) -> dict[str, Any]:
    return {
        "name": kind.type,
        "title": kind.type,
        "summary": inspect.getdoc(kind) or "",
        "payload": _envelope(kind.type, _schema(kind), {}, ["type", "data"]),
    }


def _answer(name: str, summary: str, kind: type[Any]) -> dict[str, Any]:
    return {"name": name, "title": name, "summary": summary, "payload": _schema(kind)}


def _envelope(name: str, data: dict[str, Any], more: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": {"type": {"const": name}, **more, "data": data}, "required": required}


def _operation(action: str, names: list[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{name}"} for name in names],
    }
