"""The room of a post: whoever may see it may hear of it."""

from collections.abc import Collection
from uuid import UUID

from core.realtime.registry import room
from social.posts.selectors import viewers_of


def may_hear(person_ids: Collection[str], post_id: str) -> set[str]:
    """Those of the people who see the post."""
    try:
        key = UUID(post_id)
    except ValueError:
        return set()
    return {str(viewer) for viewer in viewers_of(key, person_ids)}


room("post", authorise=may_hear)
