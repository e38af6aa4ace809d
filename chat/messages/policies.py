"""Who may change a message."""

from accounts.users.models import User
from chat.messages.models import Message


def can_change(actor: User, message: Message) -> bool:
    """Only the sender takes words back, or changes them, and only while there are any."""
    return message.sender_id == actor.pk and message.deleted_at is None
