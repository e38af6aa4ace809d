"""Posts, the comments under them, and who likes what. Counts are columns, kept by the services in the transaction of what they count."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Length

from accounts.users.models import User
from core.models import BaseModel
from core.web import richtext
from media_app.uploads.models import Upload
from social.posts.querysets import CommentQuerySet, PostQuerySet

MAX_POST_LENGTH = 5_000
MAX_COMMENT_LENGTH = 2_000
MAX_IMAGES = 10
MAX_ALT_LENGTH = 1_000
LIVE = models.Q(deleted_at=None, hidden_at=None)


class Audience(models.TextChoices):
    """Who may read a post."""

    PUBLIC = "public", "Everyone"
    FOLLOWERS = "followers", "My followers"
    FRIENDS = "friends", "My friends"
    ONLY_ME = "only_me", "Only me"


class Writing(BaseModel):
    """What posts and comments share: Markdown by an author, that can be liked, edited, deleted, and hidden by moderators."""

    body = models.TextField(blank=True, help_text="Markdown, as typed.")
    body_html = models.TextField(blank=True, editable=False, help_text="The body as core.web.richtext renders it.")
    like_count = models.PositiveIntegerField(default=0, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Deleted by its author, or by the author of the post.")
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Hidden by a moderator; it can be shown again.")

    liked = False  # by the viewer of a page, where ``selectors.mark_liked`` has asked

    class Meta:
        abstract = True

    @property
    def is_live(self) -> bool:
        """Neither deleted nor hidden."""
        return self.deleted_at is None and self.hidden_at is None

    @property
    def excerpt(self) -> str:
        """The beginning on one line and without markup, for lists, quotes and titles."""
        line = richtext.plain(self.body_html)
        return line if len(line) <= 80 else f"{line[:79]}…"


class Post(Writing):
    """What somebody published, and for whom."""

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts", db_index=False)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.PUBLIC)
    comment_count = models.PositiveIntegerField(default=0, editable=False, help_text="Live comments at any depth.")
    hidden_reason = models.CharField(max_length=500, blank=True, editable=False, help_text="Why it is hidden, in the words of the moderator.")

    may_have_images = True  # False where whoever read the post saw that it has none

    objects: ClassVar[PostQuerySet] = PostQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(hidden_reason="") | models.Q(hidden_at__isnull=False), name="post_hidden_reason"),
            models.CheckConstraint(condition=models.Q(audience__in=Audience.values), name="post_audience_known"),
            models.CheckConstraint(condition=models.lookups.LessThanOrEqual(Length("body"), MAX_POST_LENGTH), name="post_body_length"),
        ]
        indexes = [
            # Home and profile feeds read ids from these alone (index-only), author by author; an author's own list has hidden ones too.
            models.Index(
                fields=["author", "-id"], include=["audience", "hidden_at"], condition=models.Q(deleted_at=None), name="post_kept_by_author"
            ),
            models.Index(fields=["-id"], include=["author"], condition=LIVE & models.Q(audience="public"), name="post_public"),
        ]

    def __str__(self) -> str:
        return self.excerpt or str(self.id)

    def get_absolute_url(self) -> str:
        return f"/posts/{self.pk}/"


class PostImage(BaseModel):
    """A picture of a post, in its place, with words for those who do not see it. The upload shows nothing else."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="images", db_index=False)
    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="post_image")
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=MAX_ALT_LENGTH, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["post", "position"], name="post_image_position"),
            models.CheckConstraint(condition=models.Q(position__lt=MAX_IMAGES), name="post_image_count"),
        ]

    def __str__(self) -> str:
        return self.alt or str(self.upload_id)


class Comment(Writing):
    """An answer to a post or to another comment.

    ``parent`` is what it answers; ``thread`` is the top-level comment it stands under, null for those themselves. A thread is shown flat,
    in the order it was written. A deleted or hidden top-level comment with live replies leaves a placeholder; a deleted reply leaves nothing.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    thread = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="threaded", db_index=False)
    reply_count = models.PositiveIntegerField(default=0, editable=False, help_text="Live comments in the thread; counted on its first comment only.")

    objects: ClassVar[CommentQuerySet] = CommentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent=None, thread=None) | models.Q(parent__isnull=False, thread__isnull=False), name="comment_thread"
            ),
            models.CheckConstraint(condition=models.lookups.LessThanOrEqual(Length("body"), MAX_COMMENT_LENGTH), name="comment_body_length"),
            models.CheckConstraint(condition=~models.Q(body=""), name="comment_body_present"),
        ]
        indexes = [
            models.Index(fields=["post", "-id"], condition=models.Q(thread=None), name="comment_top_level"),
            models.Index(fields=["post", "author"], name="comment_by_post"),
            models.Index(fields=["thread", "id"], condition=models.Q(thread__isnull=False), name="comment_in_thread"),
        ]

    def __str__(self) -> str:
        return self.excerpt or str(self.id)

    def get_absolute_url(self) -> str:
        return f"/posts/{self.post_id}/comments/{self.thread_id or self.pk}/#comment-{self.pk}"


class PostLike(BaseModel):
    """Somebody likes a post."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="likes", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="post_likes", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="post_liked_once")]
        indexes = [models.Index(fields=["post", "-id"], include=["user"], name="post_likes")]

    def __str__(self) -> str:
        return f"{self.user_id} likes post {self.post_id}"


class CommentLike(BaseModel):
    """Somebody likes a comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="likes")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="comment_likes", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "comment"], name="comment_liked_once")]

    def __str__(self) -> str:
        return f"{self.user_id} likes comment {self.comment_id}"
