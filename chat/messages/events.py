"""What happened to messages. One event tells of everything a transaction did: messages travel in batches."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from core.events.registry import Event


class MessagesSent(Event, frozen=True):
    """New messages, in the order they were numbered; ``revived`` are people who had deleted the conversation and have it back with them."""

    message_ids: list[UUID]
    revived: list[tuple[UUID, UUID]] = []

    @classmethod
    def joined(cls, events: "Sequence[MessagesSent]") -> "MessagesSent":
        """The messages of many transactions, which came out of one lane in this order."""
        return cls(message_ids=[one for event in events for one in event.message_ids], revived=[one for event in events for one in event.revived])


class MessageEdited(Event, frozen=True):
    message_id: UUID


class MessageDeleted(Event, frozen=True):
    """Deleted for everyone."""

    message_id: UUID


class MessageHidden(Event, frozen=True):
    """Deleted by ``person_id`` for themselves."""

    message_id: UUID
    person_id: UUID


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """How far one person got in one conversation."""

    conversation_id: UUID
    person_id: UUID


class ReceiptsMoved(Event, frozen=True):
    """Watermarks rose. Listeners read where they are now."""

    receipts: list[Receipt]

    @classmethod
    def joined(cls, events: "Sequence[ReceiptsMoved]") -> "ReceiptsMoved":
        return cls(receipts=list(dict.fromkeys(receipt for event in events for receipt in event.receipts)))
