"""What of this slice belongs to a person. Of what others wrote an archive holds no words: a like names the author, where both may meet."""

from collections.abc import Iterator

from accounts.users.models import User
from accounts.users.personal import named
from core.personal_data import Document, Keeper, Row, Trace
from media_app.uploads.models import State
from media_app.uploads.personal import archive_path
from social.posts import erasing
from social.posts.models import Comment, CommentLike, Post, PostLike, Writing

BATCH = 200


def posts(person: User) -> Iterator[Row]:
    """Also what moderators hid; not what was deleted."""
    for post in Post.objects.filter(author=person, deleted_at=None).with_content().order_by("id").iterator(chunk_size=BATCH):
        images = [{"file": archive_path(image.upload), "alt": image.alt} for image in post.images.all() if image.upload.state == State.READY]
        yield {**_writing(post), "audience": post.audience, "images": images, "comments": post.comment_count}


def comments(person: User) -> Iterator[Row]:
    for comment in Comment.objects.filter(author=person, deleted_at=None).order_by("id").iterator(chunk_size=BATCH):
        yield {**_writing(comment), "post": comment.post_id, "answers": comment.parent_id}


def post_likes(person: User) -> Iterator[Row]:
    seen = Post.objects.visible_to(person)
    for like in PostLike.objects.filter(user=person, post__in=seen).select_related("post__author").order_by("id").iterator(chunk_size=BATCH):
        yield {"post": like.post_id, "by": named(like.post.author), "liked_at": like.created_at}


def comment_likes(person: User) -> Iterator[Row]:
    seen = Comment.objects.visible_to(person)
    likes = CommentLike.objects.filter(user=person, comment__in=seen).select_related("comment__author").order_by("id")
    for like in likes.iterator(chunk_size=BATCH):
        yield {"comment": like.comment_id, "by": named(like.comment.author), "liked_at": like.created_at}


def erase(person: User) -> None:
    for some in (erasing.erase_post_likes, erasing.erase_comment_likes, erasing.erase_posts, erasing.erase_comments):
        while some(person=person, limit=BATCH):
            continue


def _writing(writing: Writing) -> Row:
    return {
        "id": writing.pk,
        "body": writing.body,
        "written_at": writing.created_at,
        "edited_at": writing.edited_at,
        "hidden_by_moderators_at": writing.hidden_at,
        "likes": writing.like_count,
    }


KEEPER = Keeper(
    name="social.posts",
    documents=(
        Document("posts", "Posts", posts),
        Document("comments", "Comments", comments),
        Document("liked_posts", "Posts you like", post_likes),
        Document("liked_comments", "Comments you like", comment_likes),
    ),
    erase=erase,
    traces=(
        Trace(field="social_posts.Post.author", document="posts"),
        Trace(
            field="social_posts.Comment.author",
            document="comments",
            kept="A comment that others answered stays as an empty place: their answers hang on it.",
        ),
        Trace(field="social_posts.PostLike.user", document="liked_posts"),
        Trace(field="social_posts.CommentLike.user", document="liked_comments"),
    ),
)
