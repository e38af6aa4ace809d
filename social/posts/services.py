"""Publishing, commenting and liking.

Every change locks the row whose count it moves (the post before a comment) and asks visibility again under that lock, so a like that meets a
deletion is refused, and counts equal the rows they count whatever runs in parallel. Likes are idempotent: what already holds changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.users.models import User
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.events.outbox import emit
from core.web import richtext
from media_app.uploads import services as uploads
from social.posts import events, policies
from social.posts.models import MAX_COMMENT_LENGTH, MAX_IMAGES, MAX_POST_LENGTH, Audience, Comment, CommentLike, Post, PostImage, PostLike


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished upload to show with a post, and the words for those who do not see it."""

    upload: UUID
    alt: str = ""


def create_post(*, author: User, body: str, audience: Audience | None = None, images: Sequence[Picture] = ()) -> Post:
    """Publish a post.

    Args:
        body: Markdown, at most MAX_POST_LENGTH characters; may be empty where there are pictures.
        audience: who may read it; as the author chose for new posts where it is left out.
        images: at most MAX_IMAGES, in the order they are shown.
    Raises:
        Invalid("empty_post", "post_too_long", "too_many_images"): words or pictures are none or too many.
        Invalid("invalid_images"): as media_app.uploads.services.use_images.
    Events: PostCreated.
    """
    body = _checked_body(body, may_be_empty=bool(images))
    if len(images) > MAX_IMAGES:
        raise Invalid(f"A post has {MAX_IMAGES} pictures at most.", code="too_many_images")
    with transaction.atomic():
        post = Post(author=author, body=body, body_html=richtext.render(body), audience=audience or author.first_audience)
        post.save(force_insert=True)
        if images:
            used = uploads.use_images(owner=author, ids=[picture.upload for picture in images])
            rows = [PostImage(post=post, upload=upload, position=place, alt=images[place].alt.strip()) for place, upload in enumerate(used)]
            PostImage.objects.bulk_create(rows)
        emit(events.PostCreated(post_id=post.pk, author_id=author.pk))
        return post


def edit_post(*, actor: User, post: Post, body: str | None = None, audience: Audience | None = None) -> Post:
    """Change words or audience; what is None stays. Changing words marks the post as edited.

    Raises:
        NotFound, Forbidden: the post does not exist for the actor, or is another's.
        Invalid("empty_post", "post_too_long"): as for create_post.
    Events: PostEdited, when something changed.
    """
    with transaction.atomic():
        post = _locked_post(actor, post)
        if not policies.can_edit(actor, post):
            raise Forbidden
        changed: dict[str, Any] = {}
        if body is not None and (body := _checked_body(body, may_be_empty=post.images.exists())) != post.body:
            changed |= {"body": body, "body_html": richtext.render(body), "edited_at": timezone.now()}
        if audience is not None and audience != post.audience:
            changed["audience"] = audience
        if changed:
            for name, value in changed.items():
                setattr(post, name, value)
            post.save(update_fields=list(changed))
            emit(events.PostEdited(post_id=post.pk, author_id=post.author_id, audience_changed="audience" in changed))
        return post


def delete_post(*, actor: User, post: Post) -> None:
    """Take a post away, its comments and likes with it; its pictures are discarded a day later. Its author may, also where moderators hid it.

    Raises NotFound, Forbidden. Events: PostDeleted.
    """
    with transaction.atomic():
        post = Post.objects.kept_by(actor).select_for_update(of=("self",), no_key=True).filter(pk=post.pk).first() or _locked_post(actor, post)
        if not policies.can_edit(actor, post):
            raise Forbidden
        post.deleted_at = timezone.now()
        post.save(update_fields=["deleted_at"])
        uploads.release_uploads(ids=post.images.values_list("upload_id", flat=True))
        emit(events.PostDeleted(post_id=post.pk, author_id=post.author_id))


def hide_post(*, post: Post, reason: str = "") -> bool:
    """Take a post out of everybody's sight but its author's, who reads ``reason``; for moderators. True when that is new. Events: PostHidden."""
    with transaction.atomic():
        if hidden := bool(Post.objects.filter(pk=post.pk, hidden_at=None).update(hidden_at=timezone.now(), hidden_reason=reason)):
            emit(events.PostHidden(post_id=post.pk, author_id=post.author_id))
        return hidden


def unhide_post(*, post: Post) -> bool:
    """Show a hidden post again. True when that is new. Events: PostUnhidden."""
    with transaction.atomic():
        if shown := bool(Post.objects.filter(pk=post.pk).exclude(hidden_at=None).update(hidden_at=None, hidden_reason="")):
            emit(events.PostUnhidden(post_id=post.pk, author_id=post.author_id))
        return shown


def like_post(*, actor: User, post: Post) -> bool:
    """Like a post. True when that is new. Raises NotFound. Events: PostLiked."""
    with transaction.atomic():
        post = _locked_post(actor, post)
        if PostLike.objects.filter(post=post, user=actor).exists():
            return False
        PostLike(post=post, user=actor).save(force_insert=True)
        Post.objects.filter(pk=post.pk).update(like_count=F("like_count") + 1)
        emit(events.PostLiked(post_id=post.pk, user_id=actor.pk))
        return True


def unlike_post(*, actor: User, post: Post) -> bool:
    """Take a like back. True when there was one. Raises NotFound. Events: PostUnliked."""
    with transaction.atomic():
        post = _locked_post(actor, post)
        removed, _ = PostLike.objects.filter(post=post, user=actor).delete()
        if removed:
            Post.objects.filter(pk=post.pk).update(like_count=F("like_count") - 1)
            emit(events.PostUnliked(post_id=post.pk, user_id=actor.pk))
        return bool(removed)


def create_comment(*, author: User, post: Post, body: str, parent: Comment | None = None) -> Comment:
    """Answer a post, or a comment under it.

    Args:
        body: Markdown, at most MAX_COMMENT_LENGTH characters.
        parent: the comment answered; None to answer the post itself.
    Raises:
        NotFound: the post does not exist for the author.
        Conflict("parent_gone"): the comment answered does not exist (any more) for the author, or stands under another post.
        Invalid("empty_comment", "comment_too_long").
    Events: CommentCreated.
    """
    body = _checked_comment(body)
    with transaction.atomic():
        post = _locked_post(author, post)
        if parent is not None:
            parent = Comment.objects.visible_to(author).filter(pk=parent.pk, post=post).first()
            if parent is None:
                raise Conflict("The comment you answer is not there any more.", code="parent_gone")
        thread_id = (parent.thread_id or parent.pk) if parent else None
        comment = Comment(post=post, author=author, parent=parent, thread_id=thread_id, body=body, body_html=richtext.render(body))
        comment.save(force_insert=True)
        count_comment(comment, +1)
        emit(events.CommentCreated(comment_id=comment.pk, post_id=post.pk))
        return comment


def edit_comment(*, actor: User, comment: Comment, body: str) -> Comment:
    """Change the words of one's own comment. Raises NotFound, Forbidden, Invalid as create_comment. Events: CommentEdited, when something changed."""
    body = _checked_comment(body)
    with transaction.atomic():
        comment = _locked_comment(actor, comment)
        if not policies.can_edit_comment(actor, comment):
            raise Forbidden
        if body != comment.body:
            comment.body, comment.body_html, comment.edited_at = body, richtext.render(body), timezone.now()
            comment.save(update_fields=["body", "body_html", "edited_at"])
            emit(events.CommentEdited(comment_id=comment.pk, post_id=comment.post_id))
        return comment


def delete_comment(*, actor: User, comment: Comment) -> None:
    """Take a comment away: one's own, or any under one's own post. Raises NotFound, Forbidden. Events: CommentRemoved."""
    with transaction.atomic():
        post = _locked_post(actor, comment.post)
        comment = _locked_comment(actor, comment)
        if not policies.can_delete_comment(actor, comment, post):
            raise Forbidden
        comment.deleted_at = timezone.now()
        comment.save(update_fields=["deleted_at"])
        count_comment(comment, -1)
        emit(events.CommentRemoved(comment_id=comment.pk, post_id=comment.post_id))


def hide_comment(*, comment: Comment) -> bool:
    """Take a comment out of everybody's sight, for moderators. True when that is new. Events: CommentRemoved."""
    with transaction.atomic():
        Post.objects.select_for_update(no_key=True).get(pk=comment.post_id)
        hidden = bool(Comment.objects.filter(pk=comment.pk, hidden_at=None).update(hidden_at=timezone.now()))
        if hidden and comment.deleted_at is None:
            count_comment(comment, -1)
            emit(events.CommentRemoved(comment_id=comment.pk, post_id=comment.post_id))
        return hidden


def unhide_comment(*, comment: Comment) -> bool:
    """Show a hidden comment again. True when that is new. Events: CommentRestored."""
    with transaction.atomic():
        Post.objects.select_for_update(no_key=True).get(pk=comment.post_id)
        shown = bool(Comment.objects.filter(pk=comment.pk).exclude(hidden_at=None).update(hidden_at=None))
        if shown and comment.deleted_at is None:
            count_comment(comment, +1)
            emit(events.CommentRestored(comment_id=comment.pk, post_id=comment.post_id))
        return shown


def like_comment(*, actor: User, comment: Comment) -> bool:
    """Like a comment. True when that is new. Raises NotFound. Events: CommentLiked."""
    with transaction.atomic():
        comment = _locked_comment(actor, comment)
        if CommentLike.objects.filter(comment=comment, user=actor).exists():
            return False
        CommentLike(comment=comment, user=actor).save(force_insert=True)
        Comment.objects.filter(pk=comment.pk).update(like_count=F("like_count") + 1)
        emit(events.CommentLiked(comment_id=comment.pk, user_id=actor.pk))
        return True


def unlike_comment(*, actor: User, comment: Comment) -> bool:
    """Take a like back. True when there was one. Raises NotFound. Events: CommentUnliked."""
    with transaction.atomic():
        comment = _locked_comment(actor, comment)
        removed, _ = CommentLike.objects.filter(comment=comment, user=actor).delete()
        if removed:
            Comment.objects.filter(pk=comment.pk).update(like_count=F("like_count") - 1)
            emit(events.CommentUnliked(comment_id=comment.pk, user_id=actor.pk))
        return bool(removed)


def reconcile_counts() -> int:
    """Recount every post and comment whose counts are not those of its rows, each under the lock the services take. Returns how many were off."""
    live = {"deleted_at": None, "hidden_at": None}
    posts = Post.objects.annotate(likes_found=_rows(PostLike, "post"), comments_found=_rows(Comment, "post", **live))
    comments = Comment.objects.annotate(likes_found=_rows(CommentLike, "comment"), replies_found=_rows(Comment, "thread", **live))
    off_posts = posts.exclude(like_count=F("likes_found"), comment_count=F("comments_found")).values_list("pk", flat=True)
    off_comments = comments.exclude(like_count=F("likes_found"), reply_count=F("replies_found")).values_list("pk", "post_id")
    for key in (found_posts := list(off_posts)):
        with transaction.atomic():
            post = Post.objects.select_for_update(no_key=True).get(pk=key)
            post.like_count = PostLike.objects.filter(post=key).count()
            post.comment_count = Comment.objects.filter(post=key, **live).count()
            post.save(update_fields=["like_count", "comment_count"])
    for key, post_id in (found_comments := list(off_comments)):
        with transaction.atomic():
            Post.objects.select_for_update(no_key=True).get(pk=post_id)
            comment = Comment.objects.select_for_update(no_key=True).get(pk=key)
            comment.like_count = CommentLike.objects.filter(comment=key).count()
            comment.reply_count = Comment.objects.filter(thread=key, **live).count()
            comment.save(update_fields=["like_count", "reply_count"])
    return len(found_posts) + len(found_comments)


def _rows(model: type[Model], field: str, **condition: None) -> Coalesce:
    """How many rows of ``model`` point at a row through ``field``, as a subquery."""
    pointing = model._default_manager.filter(**{field: OuterRef("pk")}, **condition).order_by().values(field)
    return Coalesce(Subquery(pointing.annotate(count=Count("pk")).values("count")), 0)


def _locked_post(actor: User, post: Post) -> Post:
    locked = Post.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).filter(pk=post.pk).first()
    if locked is None:
        raise NotFound
    return locked


def _locked_comment(actor: User, comment: Comment) -> Comment:
    locked = Comment.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).filter(pk=comment.pk).first()
    if locked is None:
        raise NotFound
    return locked


def count_comment(comment: Comment, change: int) -> None:
    """Count a comment in or out. The post's row is locked by the caller; its thread's first comment is only ever counted under that lock."""
    Post.objects.filter(pk=comment.post_id).update(comment_count=F("comment_count") + change)
    if comment.thread_id:
        Comment.objects.filter(pk=comment.thread_id).update(reply_count=F("reply_count") + change)


def _checked_body(body: str, *, may_be_empty: bool) -> str:
    body = _clean(body)
    if not body and not may_be_empty:
        raise Invalid("Write something first.", code="empty_post")
    if len(body) > MAX_POST_LENGTH:
        raise Invalid(f"A post has {MAX_POST_LENGTH:,} characters at most; this one has {len(body):,}.", code="post_too_long")
    return body


def _checked_comment(body: str) -> str:
    body = _clean(body)
    if not body:
        raise Invalid("Write something first.", code="empty_comment")
    if len(body) > MAX_COMMENT_LENGTH:
        raise Invalid(f"A comment has {MAX_COMMENT_LENGTH:,} characters at most; this one has {len(body):,}.", code="comment_too_long")
    return body


def _clean(text: str) -> str:
    """Without the NUL that PostgreSQL refuses, with one kind of line end, and no blank edges."""
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
