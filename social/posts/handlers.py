"""Keeps open pages of a post current."""

from accounts.users.events import PrivacyChanged, UserClosed, UserLeaving, UserSuspended
from core.events.registry import on
from core.realtime.push import ask_again, push
from social.graph.events import Blocked, Unfollowed, Unfriended
from social.posts import events, wire
from social.posts.models import Post
from social.posts.querysets import live


@on(events.PostLiked, events.PostUnliked)
def push_likes(event: events.PostLiked | events.PostUnliked) -> None:
    if (count := Post.objects.filter(pk=event.post_id).values_list("like_count", flat=True).first()) is not None:
        push(wire.room_of(event.post_id), wire.PostLikes(post=event.post_id, like_count=count))


@on(events.CommentCreated, events.CommentRemoved, events.CommentRestored)
def push_comments(event: events.CommentCreated | events.CommentRemoved | events.CommentRestored) -> None:
    if (count := Post.objects.filter(pk=event.post_id).values_list("comment_count", flat=True).first()) is not None:
        push(wire.room_of(event.post_id), wire.PostComments(post=event.post_id, comment_count=count))


@on(events.PostEdited, events.PostDeleted, events.PostHidden)
def ask_who_may_hear(event: events.PostEdited | events.PostDeleted | events.PostHidden) -> None:
    """A post may be for fewer than before; other words change nothing of that."""
    if isinstance(event, events.PostEdited) and not event.audience_changed:
        return
    ask_again(wire.room_of(event.post_id))


@on(PrivacyChanged, UserSuspended, UserClosed, UserLeaving)
def ask_who_may_hear_of_all(event: PrivacyChanged | UserSuspended | UserClosed | UserLeaving) -> None:
    """All posts of a person may be."""
    if not isinstance(event, PrivacyChanged) or "is_private" in event.choices:
        ask_again(wire.room_of(key) for key in Post.objects.filter(live(), author=event.user_id).order_by("-pk").values_list("pk", flat=True))


@on(Blocked, Unfollowed, Unfriended)
def ask_the_parted(event: Blocked | Unfollowed | Unfriended) -> None:
    """Two people have less in common: both are asked again about the posts they have open."""
    ask_again(f"user:{getattr(event, name)}" for name in event.__struct_fields__)
