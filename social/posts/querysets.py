"""Which posts and comments exist for whom: not deleted, not hidden, by somebody who exists for the viewer, and meant for the viewer."""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from social.graph.querysets import active, not_muted, present, without_muted_words

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.users.models import User
    from social.posts.models import Comment, Post  # noqa: F401 - named in the base classes below


def meant_for(viewer: "User | None", prefix: str = "") -> Q:
    """The audience of the post at ``prefix`` ("", "post__") takes the viewer in. What a private account says to everyone is for its followers."""
    audience, author = f"{prefix}audience", f"{prefix}author"
    meant = Q(**{audience: "public", f"{author}__is_private": False})
    if viewer is not None:
        follow, friendship = apps.get_model("social_graph", "Follow"), apps.get_model("social_graph", "Friendship")
        followed = Exists(follow.objects.filter(follower=viewer.pk, followed=OuterRef(f"{author}_id")))
        befriended = Exists(friendship.objects.filter(person=viewer.pk, friend=OuterRef(f"{author}_id")))
        meant |= Q(**{f"{author}_id": viewer.pk})
        meant |= Q(**{f"{audience}__in": ["public", "followers"]}) & Q(followed)
        meant |= Q(**{audience: "friends"}) & Q(befriended)
    return meant


def takes_in(post: "Post") -> Q:
    """Of rows of people: those whom the audience of ``post`` takes in. The other side of ``meant_for``."""
    author: Any = post.author
    follow, friendship = apps.get_model("social_graph", "Follow"), apps.get_model("social_graph", "Friendship")
    follows = Q(Exists(follow.objects.filter(follower=OuterRef("pk"), followed=author.pk)))
    befriended = Q(Exists(friendship.objects.filter(person=OuterRef("pk"), friend=author.pk)))
    everybody = Q(pk__isnull=False)
    circles = {"public": follows if author.is_private else everybody, "followers": follows, "friends": befriended}
    return Q(pk=author.pk) | circles.get(post.audience, Q(pk=author.pk))


def live(prefix: str = "") -> Q:
    """Neither deleted by its author nor hidden by a moderator."""
    return Q(**{f"{prefix}deleted_at": None, f"{prefix}hidden_at": None})


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, viewer: "User | None") -> "PostQuerySet":
        """The posts that exist for ``viewer``; None is anybody who is not signed in."""
        return self.filter(live(), meant_for(viewer), present(viewer, "author"))

    def wanted_by(self, viewer: "User | None") -> "PostQuerySet":
        """Without what the viewer mutes: for feeds and whatever else comes unasked. A muted person's own page is not unasked."""
        return self.filter(not_muted(viewer, "author_id"), without_muted_words(viewer, "body") | Q(author_id=viewer.pk)) if viewer else self

    def kept_by(self, viewer: "User | None") -> "PostQuerySet":
        """What ``viewer`` wrote and has not deleted, also where moderators hid it."""
        return self.filter(active("author"), author=viewer.pk, deleted_at=None) if viewer else self.none()

    def with_content(self) -> "PostQuerySet":
        """With all that an answer shows of a post: its author, and its pictures in one more query."""
        return self.select_related("author").prefetch_related(
            models.Prefetch("images", apps.get_model("social_posts", "PostImage").objects.select_related("upload"))
        )


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, viewer: "User | None") -> "CommentQuerySet":
        """The comments that exist for ``viewer``, under posts that do."""
        return self.filter(live(), live("post__"), meant_for(viewer, "post__"), present(viewer, "author"), present(viewer, "post__author"))

    def with_author(self) -> "CommentQuerySet":
        return self.select_related("author")

    def top_level(self, viewer: "User | None") -> "CommentQuerySet":
        """What a list of threads shows to ``viewer``: comments that exist and are by nobody muted, and placeholders (``is_present`` false) where
        only the replies are.

        Visibility of the post is the caller's to have asked.
        """
        seen = live() & present(viewer, "author") & not_muted(viewer, "author_id")
        return (
            self.filter(seen | Q(reply_count__gt=0), thread=None)
            .annotate(is_present=models.Case(models.When(seen, then=True), default=False))
            .with_author()
        )

    def replies(self, viewer: "User | None") -> "CommentQuerySet":
        """The replies in threads, as far as they exist for ``viewer`` and are by nobody muted. Visibility of the post is the caller's to have
        asked."""
        return self.filter(live(), present(viewer, "author"), not_muted(viewer, "author_id"), thread__isnull=False).with_author()

    def first_of_each_thread(self, threads: "list[UUID]", count: int) -> "CommentQuerySet":
        """The oldest ``count`` rows of each of ``threads``."""
        rank: Any = models.Window(models.functions.RowNumber(), partition_by="thread_id", order_by="id")
        return self.filter(thread__in=threads).annotate(rank=rank).filter(rank__lte=count).order_by("id")
