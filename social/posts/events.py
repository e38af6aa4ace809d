"""What happened to posts and comments."""

from uuid import UUID

from core.events.registry import Event


class PostCreated(Event, frozen=True):
    post_id: UUID
    author_id: UUID


class PostEdited(Event, frozen=True):
    """Words, pictures or audience changed."""

    post_id: UUID
    author_id: UUID
    audience_changed: bool = True


class PostDeleted(Event, frozen=True):
    post_id: UUID
    author_id: UUID


class PostHidden(Event, frozen=True):
    post_id: UUID
    author_id: UUID


class PostUnhidden(Event, frozen=True):
    post_id: UUID
    author_id: UUID


class PostLiked(Event, frozen=True):
    post_id: UUID
    user_id: UUID


class PostUnliked(Event, frozen=True):
    post_id: UUID
    user_id: UUID


class CommentCreated(Event, frozen=True):
    comment_id: UUID
    post_id: UUID


class CommentEdited(Event, frozen=True):
    comment_id: UUID
    post_id: UUID


class CommentRemoved(Event, frozen=True):
    """Deleted by its author or the post's, or hidden by a moderator."""

    comment_id: UUID
    post_id: UUID


class CommentRestored(Event, frozen=True):
    """Shown again by a moderator."""

    comment_id: UUID
    post_id: UUID


class CommentLiked(Event, frozen=True):
    comment_id: UUID
    user_id: UUID


class CommentUnliked(Event, frozen=True):
    comment_id: UUID
    user_id: UUID
