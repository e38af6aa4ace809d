"""Who may do what to a post or a comment they can see."""

from accounts.users.models import User
from social.posts.models import Comment, Post


def can_edit(viewer: User | None, post: Post) -> bool:
    return viewer is not None and post.author_id == viewer.pk


def can_edit_comment(viewer: User | None, comment: Comment) -> bool:
    return viewer is not None and comment.author_id == viewer.pk


def can_delete_comment(viewer: User | None, comment: Comment, post: Post) -> bool:
    """Its author, and the author of the post it stands under."""
    return viewer is not None and viewer.pk in {comment.author_id, post.author_id}
