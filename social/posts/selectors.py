"""Reading posts and comments as a viewer sees them. Viewer state (liked) comes in one query for a whole page."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.users.models import User
from core.errors import NotFound
from core.paging import DEFAULT_LIMIT, Page, keyset_page
from social.graph.querysets import active, exclude_blocked, present
from social.posts import policies
from social.posts.models import Comment, CommentLike, Post, PostLike
from social.posts.querysets import live, takes_in

REPLIES_SHOWN = 3  # under each comment of a list; the rest is a page of its own


@dataclass(slots=True)
class Thread:
    """A top-level comment, the oldest replies to it, and how many there are in all."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)

    @property
    def is_placeholder(self) -> bool:
        return not getattr(self.comment, "is_present", True)

    @property
    def more(self) -> int:
        return max(0, self.comment.reply_count - len(self.replies))


def post_detail(viewer: User | None, post_id: UUID) -> Post:
    """One post with its author and pictures. Raises NotFound for absent and invisible ones alike."""
    post = Post.objects.visible_to(viewer).with_content().filter(pk=post_id).first()
    if post is None:
        raise NotFound
    return post


def viewers_of(post_id: UUID, person_ids: Collection[UUID | str]) -> set[UUID]:
    """Those of the people for whom a post exists. Two queries, however many people; what ``Post.objects.visible_to`` says for one of them."""
    post = Post.objects.filter(live(), active("author"), pk=post_id).select_related("author").first()
    if post is None:
        return set()
    people = User.objects.active().filter(takes_in(post), pk__in=person_ids)
    return set(exclude_blocked(people, post.author, "pk").values_list("pk", flat=True))


def posts_by(viewer: User | None, person: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Post]:
    """What ``person`` published and the viewer may read, newest first. One's own are listed also where moderators hid them."""
    posts = Post.objects.kept_by(viewer) if viewer == person else Post.objects.visible_to(viewer).filter(author=person)
    return keyset_page(posts.with_content(), cursor=cursor, limit=limit)


def own_post(viewer: User | None, post_id: UUID) -> Post:
    """A post the viewer wrote, hidden by moderators or not, to see, edit or delete it. Raises NotFound for everything else."""
    post = Post.objects.kept_by(viewer).with_content().filter(pk=post_id).first()
    if post is None:
        raise NotFound
    return post


def post_or_own(viewer: User | None, post_id: UUID) -> Post:
    """``post_detail``, and what the viewer wrote even where moderators hid it from everybody else. Raises NotFound."""
    try:
        return post_detail(viewer, post_id)
    except NotFound:
        return own_post(viewer, post_id)


def comment_detail(viewer: User | None, comment_id: UUID) -> Comment:
    """One comment with its author and post. Raises NotFound for absent and invisible ones alike."""
    comment = Comment.objects.visible_to(viewer).select_related("author", "post__author").filter(pk=comment_id).first()
    if comment is None:
        raise NotFound
    return comment


def own_comment(viewer: User, comment_id: UUID) -> Comment:
    """A comment the viewer wrote, to edit it. Raises NotFound for everything else."""
    comment = comment_detail(viewer, comment_id)
    if not policies.can_edit_comment(viewer, comment):
        raise NotFound
    return comment


def deletable_comment(viewer: User, comment_id: UUID) -> Comment:
    """A comment the viewer may take away. Raises NotFound for everything else."""
    comment = comment_detail(viewer, comment_id)
    if not policies.can_delete_comment(viewer, comment, comment.post):
        raise NotFound
    return comment


def likers(viewer: User | None, post: Post, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Who likes a post, the latest first."""
    likes = PostLike.objects.filter(present(viewer, "user"), post=post).select_related("user")
    return keyset_page(likes, cursor=cursor, limit=limit).map(lambda like: like.user)


def threads(viewer: User | None, post: Post, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Thread]:
    """The comments on a post, newest first, each with its first replies. Two queries, whatever the page."""
    page = keyset_page(Comment.objects.top_level(viewer).filter(post=post), cursor=cursor, limit=limit).map(Thread)
    by_key = {thread.comment.pk: thread for thread in page.items if thread.comment.reply_count}
    if by_key:
        for reply in Comment.objects.replies(viewer).first_of_each_thread(list(by_key), REPLIES_SHOWN):
            by_key[reply.thread_id or reply.pk].replies.append(reply)
    return page


def thread_detail(viewer: User | None, comment_id: UUID, *, post: Post | None = None) -> Comment:
    """The first comment of a thread with its post, or the placeholder in its stead. Raises NotFound, also where it is not under ``post``, which
    the viewer sees."""
    comment = Comment.objects.top_level(viewer).select_related("post__author").filter(pk=comment_id).first()
    if comment is None or (post is not None and comment.post_id != post.pk):
        raise NotFound
    if post is None and not Post.objects.visible_to(viewer).filter(pk=comment.post_id).exists():
        raise NotFound
    return comment


def replies(viewer: User | None, first: Comment, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Comment]:
    """The replies in a thread, oldest first."""
    return keyset_page(Comment.objects.replies(viewer).filter(thread=first), cursor=cursor, limit=limit, oldest_first=True)


def liked_posts(viewer: User | None, post_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these posts the viewer likes."""
    if viewer is None or not (keys := list(post_ids)):
        return set()
    return set(PostLike.objects.filter(user=viewer, post__in=keys).values_list("post_id", flat=True))


def liked_comments(viewer: User | None, comment_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these comments the viewer likes."""
    if viewer is None or not (keys := list(comment_ids)):
        return set()
    return set(CommentLike.objects.filter(user=viewer, comment__in=keys).values_list("comment_id", flat=True))


def mark_liked(viewer: User | None, posts: Iterable[Post]) -> None:
    """Set ``liked`` on each of ``posts`` for a page, in one query."""
    shown = list(posts)
    liked = liked_posts(viewer, [post.pk for post in shown])
    for post in shown:
        post.liked = post.pk in liked


def mark_liked_comments(viewer: User | None, comments: Iterable[Comment]) -> None:
    """Set ``liked`` on each of ``comments`` for a page, in one query."""
    shown = list(comments)
    liked = liked_comments(viewer, [comment.pk for comment in shown])
    for comment in shown:
        comment.liked = comment.pk in liked
