"""What sockets in the room ``post:<id>`` see. Counts are what they are at sending, not changes: a frame lost or doubled does no harm."""

from uuid import UUID

from core.realtime.registry import Outbound


class PostLikes(Outbound, type="post:liked"):
    """Somebody liked the post or took a like back."""

    post: UUID
    like_count: int


class PostComments(Outbound, type="post:commented"):
    """Comments came or went."""

    post: UUID
    comment_count: int


def room_of(post_id: UUID) -> str:
    return f"post:{post_id}"
