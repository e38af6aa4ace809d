"""Posts and comments in answers.

``post_shape`` is what everybody sees alike and may be cached; ``liked`` and ``mine`` are the viewer's and are added when answering. Callers put the
sets of liked keys into the context; nothing here queries.
"""

from typing import Any

from rest_framework import serializers

from accounts.users.models import User
from accounts.users.serializers import PersonSerializer, person_shape
from media_app.uploads.serializers import ImageSerializer, image_shape
from social.posts.models import MAX_ALT_LENGTH, MAX_IMAGES, Audience, Post


def post_shape(post: Post) -> dict[str, Any]:
    """The viewer-neutral part of a post."""
    return {
        "id": post.pk,
        "author": person_shape(post.author),
        "body": post.body,
        "body_html": post.body_html,
        "images": [image_shape(image) for image in post.images.all()] if post.may_have_images else [],
        "audience": post.audience,
        "like_count": post.like_count,
        "comment_count": post.comment_count,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "hidden_at": post.hidden_at,
        "hidden_reason": post.hidden_reason,
    }


def post_for(viewer: User | None, post: Post, *, liked: bool) -> dict[str, Any]:
    """A post as ``viewer`` sees it."""
    return {**post_shape(post), "liked": liked, "mine": viewer is not None and post.author_id == viewer.pk}


class PostSerializer(serializers.Serializer):
    """A post as the viewer sees it. Context: ``viewer``, ``liked_posts``."""

    id = serializers.UUIDField()
    author = PersonSerializer()
    body = serializers.CharField(help_text="Markdown, as typed.")
    body_html = serializers.CharField(help_text="The body rendered and sanitised.")
    images = ImageSerializer(many=True)
    audience = serializers.ChoiceField(Audience.choices)
    like_count = serializers.IntegerField()
    comment_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    hidden_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when moderators hide it: its author alone still sees it, and may only delete it. Null for everybody else."
    )
    hidden_reason = serializers.CharField(help_text="Why, in the words of the moderator; empty where it is not hidden.")
    liked = serializers.BooleanField(help_text="By the viewer.")
    mine = serializers.BooleanField(help_text="The viewer wrote it.")

    def to_representation(self, post: Post) -> dict[str, Any]:
        return post_for(self.context["viewer"], post, liked=post.pk in self.context["liked_posts"])


class PictureSerializer(serializers.Serializer):
    """A finished upload of the viewer's, and words for those who do not see it."""

    upload = serializers.UUIDField()
    alt = serializers.CharField(required=False, allow_blank=True, max_length=MAX_ALT_LENGTH, default="")


class PostCreateSerializer(serializers.Serializer):
    body = serializers.CharField(trim_whitespace=False, required=False, allow_blank=True, default="", help_text="Markdown; empty only with pictures.")
    images = serializers.ListField(child=PictureSerializer(), required=False, max_length=MAX_IMAGES)
    audience = serializers.ChoiceField(Audience.choices, required=False, help_text="Left out, it is the author's choice of `first_audience`.")


class PostEditSerializer(serializers.Serializer):
    body = serializers.CharField(required=False, trim_whitespace=False)
    audience = serializers.ChoiceField(Audience.choices, required=False)


class CommentSerializer(serializers.Serializer):
    """A comment as the viewer sees it. Context: ``viewer``, ``liked_comments``. A placeholder has no author and no words."""

    id = serializers.UUIDField()
    post = serializers.UUIDField()
    reply_to = serializers.UUIDField(allow_null=True, help_text="The comment it answers.")
    thread = serializers.UUIDField(allow_null=True, help_text="The top-level comment it stands under.")
    is_deleted = serializers.BooleanField(help_text="Only a placeholder for the replies under it.")
    author = PersonSerializer(allow_null=True)
    body = serializers.CharField()
    body_html = serializers.CharField()
    like_count = serializers.IntegerField()
    reply_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    liked = serializers.BooleanField()
    mine = serializers.BooleanField()

    def to_representation(self, comment: Any) -> dict[str, Any]:
        present = getattr(comment, "is_present", True)
        viewer = self.context["viewer"]
        return {
            "id": comment.pk,
            "post": comment.post_id,
            "reply_to": comment.parent_id,
            "thread": comment.thread_id,
            "is_deleted": not present,
            "author": PersonSerializer(comment.author).data if present else None,
            "body": comment.body if present else "",
            "body_html": comment.body_html if present else "",
            "like_count": comment.like_count if present else 0,
            "reply_count": comment.reply_count,
            "created_at": comment.created_at,
            "edited_at": comment.edited_at if present else None,
            "liked": present and comment.pk in self.context["liked_comments"],
            "mine": present and viewer is not None and comment.author_id == viewer.pk,
        }


class ThreadSerializer(CommentSerializer):
    """A top-level comment and the first replies to it; ``reply_count`` says how many there are."""

    replies = CommentSerializer(many=True)

    def to_representation(self, thread: Any) -> dict[str, Any]:
        replies = CommentSerializer(thread.replies, many=True, context=self.context)
        return {**super().to_representation(thread.comment), "replies": replies.data}


class CommentCreateSerializer(serializers.Serializer):
    body = serializers.CharField(trim_whitespace=False)
    reply_to = serializers.UUIDField(required=False, allow_null=True, help_text="The comment answered; absent to answer the post.")


class CommentEditSerializer(serializers.Serializer):
    body = serializers.CharField(trim_whitespace=False)


class LikeSerializer(serializers.Serializer):
    """Where a like stands after the request."""

    liked = serializers.BooleanField()
    like_count = serializers.IntegerField()
