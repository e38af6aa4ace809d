"""Messages this process has just sent, so that telling sockets of them reads nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chat.messages.wire import MessageNew

LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Payload:
    """A message as sockets get it, and the socket it came by."""

    message: MessageNew
    origin: str | None


_payloads: dict[UUID, Payload] = {}


def remember(payloads: Iterable[Payload]) -> None:
    """Keep until recalled. Past LIMIT the oldest go: they can be read from PostgreSQL."""
    for payload in payloads:
        _payloads[payload.message.id] = payload
    while len(_payloads) > LIMIT:
        _payloads.pop(next(iter(_payloads)), None)


def recall(message_id: UUID) -> Payload | None:
    """The message, once."""
    return _payloads.pop(message_id, None)
