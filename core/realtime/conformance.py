"""Holding frames against the AsyncAPI document: what tests send and get has to be what ``/ws/schema/`` says.

``SocketClient`` asks this of every frame, so the document is checked by every test that uses a socket.
"""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from core.realtime.asyncapi import document, message_key
from core.realtime.registry import hooks


class NotAsDescribed(AssertionError):
    """A frame is not what the AsyncAPI document says of its type."""


def check_outbound(frame: dict[str, Any]) -> None:
    """Raises NotAsDescribed unless the server may say this."""
    _check(frame, f"{message_key('out', frame['type'])}/payload", frame["type"])


def check_inbound(frame: dict[str, Any]) -> None:
    """Raises NotAsDescribed for a frame that was carried out though clients are told not to send it."""
    _check(frame, f"{message_key('in', frame['type'])}/payload", frame["type"])


def check_ack(kind: str, data: Any) -> None:
    """Raises NotAsDescribed unless ``data`` is what the ``ack`` of a command of this type carries."""
    _check(data, f"{message_key('in', kind)}/x-ack", f"ack of {kind}")


def _check(value: Any, place: str, what: str) -> None:
    validator = _validator(place, tuple(hooks.resume))
    if validator is None:
        raise NotAsDescribed(f"{what} is not described")
    if (error := best_match(validator.iter_errors(value))) is not None:
        raise NotAsDescribed(f"{what}: {error.json_path}: {error.message}")


@cache
def _validator(place: str, resumable: tuple[str, ...]) -> Draft202012Validator | None:
    """The validator of one part of the document, which depends on what can be resumed: tests of core do without the slices' hooks."""
    described = document()
    name, _, part = place.partition("/")
    message = described["components"]["messages"].get(name)
    if message is None:
        return None
    schema = {"type": "null"} if message[part] is None else {"$ref": f"#/components/messages/{place}"}
    return Draft202012Validator({**schema, "components": described["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER)
