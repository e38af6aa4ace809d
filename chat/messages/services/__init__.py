"""Writes of messages. Each service holds the rows of the conversations it touches, taken in the order of their keys."""

from chat.messages.services.changing import delete_message, edit_message, hide_message
from chat.messages.services.receipts import Reached, mark_read, move_receipts
from chat.messages.services.sending import Batch, send_message, send_messages

__all__ = ["Batch", "Reached", "delete_message", "edit_message", "hide_message", "mark_read", "move_receipts", "send_message", "send_messages"]
