"""What happened to conversations as a whole."""

from uuid import UUID

from core.events.registry import Event


class ConversationCreated(Event, frozen=True):
    conversation_id: UUID


class ConversationCleared(Event, frozen=True):
    """A person deleted the conversation for themselves; nobody else notices."""

    conversation_id: UUID
    person_id: UUID
