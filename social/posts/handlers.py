"""Keeps open pages of a post current."""

from core.events.registry import on
from core.realtime.push import push
from social.posts import events, wire
from social.posts.models import Post


@on(events.PostLiked, events.PostUnliked)
def push_likes(event: events.PostLiked | events.PostUnliked) -> None:
    if (count := Post.objects.filter(pk=event.post_id).values_list("like_count", flat=True).first()) is not None:
        push(wire.room_of(event.post_id), wire.PostLikes(post=event.post_id, like_count=count))


@on(events.CommentCreated, events.CommentRemoved, events.CommentRestored)
def push_comments(event: events.CommentCreated | events.CommentRemoved | events.CommentRestored) -> None:
    if (count := Post.objects.filter(pk=event.post_id).values_list("comment_count", flat=True).first()) is not None:
        push(wire.room_of(event.post_id), wire.PostComments(post=event.post_id, comment_count=count))
