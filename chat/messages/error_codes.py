"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "invalid_temp_id": "A `temp_id` is a short text without control characters.",
    "message_empty": "A message needs words.",
    "message_not_text": "The message holds characters no text has.",
    "message_too_long": "The message is too long.",
    "not_your_message": "Only its sender may do this to a message.",
    "reply_not_found": "The message answered to is not in this conversation.",
}
