"""Erasing what somebody left who is gone: some rows a call, each call one transaction, under the locks of the services.

Visibility is not asked: what is hidden, deleted or blocked goes as well. Each function says how many it took, and 0 when none was left.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.users.models import User
from core.events.outbox import emit
from social.posts import events
from social.posts.models import Comment, CommentLike, Post, PostLike
from social.posts.services import count_comment

NOTHING = "-"  # a comment is never without words; these are shown to nobody


@transaction.atomic
def erase_post_likes(*, person: User, limit: int) -> int:
    """Events: PostUnliked for each."""
    likes = list(PostLike.objects.filter(user=person).order_by("post")[:limit])
    _lock_posts({like.post_id for like in likes})
    for like in likes:
        if PostLike.objects.filter(pk=like.pk).delete()[0]:
            Post.objects.filter(pk=like.post_id).update(like_count=F("like_count") - 1)
            emit(events.PostUnliked(post_id=like.post_id, user_id=person.pk))
    return len(likes)


@transaction.atomic
def erase_comment_likes(*, person: User, limit: int) -> int:
    """Events: CommentUnliked for each."""
    likes = list(CommentLike.objects.filter(user=person).order_by("comment")[:limit])
    list(Comment.objects.select_for_update(no_key=True).filter(pk__in=[like.comment_id for like in likes]).order_by("pk").values_list("pk"))
    for like in likes:
        if CommentLike.objects.filter(pk=like.pk).delete()[0]:
            Comment.objects.filter(pk=like.comment_id).update(like_count=F("like_count") - 1)
            emit(events.CommentUnliked(comment_id=like.comment_id, user_id=person.pk))
    return len(likes)


@transaction.atomic
def erase_posts(*, person: User, limit: int) -> int:
    """With the comments and likes of others under them. Events: CommentRemoved for each comment, PostDeleted for each post."""
    posts = list(Post.objects.select_for_update().filter(author=person).order_by("id")[:limit])
    keys = [post.pk for post in posts]
    for comment_id, post_id in Comment.objects.filter(post__in=keys).values_list("pk", "post_id"):
        emit(events.CommentRemoved(comment_id=comment_id, post_id=post_id))
    for post in posts:
        emit(events.PostDeleted(post_id=post.pk, author_id=person.pk))
    Post.objects.filter(pk__in=keys).delete()
    return len(posts)


@transaction.atomic
def erase_comments(*, person: User, limit: int) -> int:
    """Those others answered keep their row, without words or likes. Events: CommentRemoved for each that was there to be seen."""
    answered = Exists(Comment.objects.filter(Q(parent=OuterRef("pk")) | Q(thread=OuterRef("pk"))))
    left = Comment.objects.filter(author=person).exclude(Q(body=NOTHING, deleted_at__isnull=False) & Q(answered))
    comments = list(left.order_by("post", "id")[:limit])
    _lock_posts({comment.post_id for comment in comments})
    for comment in Comment.objects.select_for_update(of=("self",)).filter(pk__in=[comment.pk for comment in comments]).order_by("pk"):
        if comment.is_live:
            count_comment(comment, -1)
            emit(events.CommentRemoved(comment_id=comment.pk, post_id=comment.post_id))
        if Comment.objects.filter(Q(parent=comment) | Q(thread=comment)).exists():
            comment.likes.all().delete()
            comment.body, comment.body_html, comment.like_count = NOTHING, "", 0
            comment.deleted_at = comment.deleted_at or timezone.now()
            comment.save(update_fields=["body", "body_html", "like_count", "deleted_at"])
        else:
            comment.delete()
    return len(comments)


def _lock_posts(keys: set[UUID]) -> None:
    """In the order of their keys, so that two who do this never wait for each other in a circle."""
    list(Post.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
