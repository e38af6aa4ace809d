"""The room of a post: whoever may see it may hear of it."""

from uuid import UUID

from accounts.users.models import User
from core.realtime.connection import Connection
from core.realtime.registry import room
from social.posts.models import Post


def may_hear(connection: Connection, post_id: str) -> bool:
    """Whether the person on the socket sees the post."""
    try:
        key = UUID(post_id)
    except ValueError:
        return False
    viewer = User.objects.active().filter(pk=connection.user_id).first()
    return viewer is not None and Post.objects.visible_to(viewer).filter(pk=key).exists()


room("post", authorise=may_hear)
