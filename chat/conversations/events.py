"""What happened to conversations as a whole."""

from uuid import UUID

from core.events.registry import Event


class ConversationCreated(Event, frozen=True):
    conversation_id: UUID


class ConversationReopened(Event, frozen=True):
    """A person who had deleted the conversation asked for it again: it is back in their list, empty."""

    conversation_id: UUID
    person_id: UUID


class ConversationCleared(Event, frozen=True):
    """A person deleted the conversation for themselves; nobody else notices."""

    conversation_id: UUID
    person_id: UUID
