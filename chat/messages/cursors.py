"""Where a page of conversations ended: time of the last activity, then the conversation, for those of the same microsecond."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.errors import Invalid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode_place(active_at: datetime, conversation_id: UUID) -> str:
    microseconds = (active_at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big") + conversation_id.bytes).decode()


def decode_place(cursor: str) -> tuple[datetime, UUID]:
    """Raises Invalid("invalid_cursor") for anything ``encode_place`` did not make."""
    try:
        packed = base64.b64decode(cursor, altchars=b"-_", validate=True)
        return EPOCH + timedelta(microseconds=int.from_bytes(packed[:8], "big")), UUID(bytes=packed[8:])
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid("This cursor is not one of ours.", code="invalid_cursor") from None
