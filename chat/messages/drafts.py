"""A message before it has a number, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chat.messages.models import MAX_BODY_LENGTH, MAX_TEMP_ID_LENGTH
from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to say. ``temp_id`` is the sender's own name for it: the same one again gives the same message.

    ``origin`` is the socket it came by, if any: that one gets an acknowledgement instead of ``message:sent``.
    """

    sender_id: UUID
    conversation_id: UUID
    body: str
    temp_id: str
    reply_to: UUID | None = None
    origin: str | None = None

    @property
    def key(self) -> tuple[UUID, UUID, str]:
        """What makes it the same message."""
        return (self.sender_id, self.conversation_id, self.temp_id)


@dataclass(frozen=True, slots=True)
class Sent:
    """The message a draft became. ``is_new`` is False when an earlier send of the same draft had made it."""

    id: UUID
    seq: int
    created_at: datetime
    draft: Draft
    is_new: bool


def clean_body(body: str) -> str:
    """The body as it is kept, white space around it dropped.

    Raises Invalid("message_empty"), Invalid("message_too_long"), Invalid("message_not_text") for what UTF-8 or PostgreSQL cannot hold.
    """
    body = body.strip()
    if not body:
        raise Invalid("A message needs words.", code="message_empty")
    if len(body) > MAX_BODY_LENGTH:
        raise Invalid(f"A message has at most {MAX_BODY_LENGTH} characters.", code="message_too_long", details={"limit": MAX_BODY_LENGTH})
    if not _is_storable(body):
        raise Invalid("A message is text.", code="message_not_text")
    return body


def clean_temp_id(temp_id: str) -> str:
    """Raises Invalid("invalid_temp_id") unless it is 1 to 64 storable characters."""
    if not 1 <= len(temp_id) <= MAX_TEMP_ID_LENGTH or not _is_storable(temp_id):
        raise Invalid(f"temp_id is 1 to {MAX_TEMP_ID_LENGTH} characters.", code="invalid_temp_id")
    return temp_id


def _is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold it: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
