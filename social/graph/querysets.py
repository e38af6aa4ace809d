"""Who exists for whom. Every table with a person in it leaves out, through ``exclude_blocked``, the people its viewer shall not meet."""

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from accounts.users.models import User
    from accounts.users.querysets import UserQuerySet
    from social.graph.models import (  # noqa: F401 - named in the base classes below
        Block,
        Contact,
        Follow,
        FollowRequest,
        FriendRequest,
        Friendship,
        KeywordMute,
        Mute,
    )

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")
NOTHING = r"a\A"  # a regular expression that no text matches


class FollowQuerySet(models.QuerySet["Follow"]):
    def between(self, one: "User", other: "User") -> "FollowQuerySet":
        """The edges from one to the other, in either direction."""
        return self.filter(models.Q(follower=one, followed=other) | models.Q(follower=other, followed=one))

    def followers_of(self, person: "User", viewer: "User | None") -> "FollowQuerySet":
        """Who follows ``person``, as far as ``viewer`` may meet them; nobody where the account is closed to ``viewer``."""
        return self.filter(present(viewer, "follower"), open_to(viewer, "followed"), followed=person).select_related("follower")

    def followed_by(self, person: "User", viewer: "User | None") -> "FollowQuerySet":
        """Whom ``person`` follows, as far as ``viewer`` may meet them; nobody where the account is closed to ``viewer``."""
        return self.filter(present(viewer, "followed"), open_to(viewer, "follower"), follower=person).select_related("followed")


class FollowRequestQuerySet(models.QuerySet["FollowRequest"]):
    def received_by(self, person: "User") -> "FollowRequestQuerySet":
        """Who waits for ``person`` to let them follow."""
        return self.filter(present(person, "requester"), requested=person).select_related("requester")

    def sent_by(self, person: "User") -> "FollowRequestQuerySet":
        """Whom ``person`` asked to be let follow."""
        return self.filter(present(person, "requested"), requester=person).select_related("requested")


class FriendshipQuerySet(models.QuerySet["Friendship"]):
    def friends_of(self, person: "User | UUID", viewer: "User | None") -> "FriendshipQuerySet":
        """Whom ``person`` is friends with, as far as ``viewer`` may meet them; nobody where the account is closed to ``viewer``."""
        return self.filter(present(viewer, "friend"), open_to(viewer, "person"), person=person).select_related("friend")

    def mutual(self, viewer: "User", person: "User | UUID") -> "FriendshipQuerySet":
        """Which of the viewer's friends are friends of ``person`` too; nobody where the account is closed to ``viewer``: they are a part of a list
        that is not shown.

        Looked up in a set of the person's friends. A plain condition would be a join, which a plan for people with as many friends as is usual
        does by comparing each with each: of two who have hundreds that is slow.
        """
        theirs = apps.get_model("social_graph", "Friendship").objects.filter(person=person).values("friend")
        shared = models.Case(models.When(friend__in=theirs, then=True), default=False)
        is_open = Exists(apps.get_model("accounts_users", "User").objects.filter(open_to(viewer), pk=getattr(person, "pk", person)))
        return self.friends_of(viewer.pk, viewer).alias(shared=shared).filter(is_open, shared=True)


class FriendRequestQuerySet(models.QuerySet["FriendRequest"]):
    def received_by(self, person: "User") -> "FriendRequestQuerySet":
        """What waits for an answer of ``person``."""
        return self.filter(present(person, "sender"), receiver=person.pk, declined_at=None).select_related("sender", "receiver")

    def sent_by(self, person: "User") -> "FriendRequestQuerySet":
        """What ``person`` asked and did not take back. Declined ones are among them: that they were is not told."""
        return self.filter(present(person, "receiver"), sender=person, withdrawn_at=None).select_related("sender", "receiver")


class ContactQuerySet(models.QuerySet["Contact"]):
    def kept_by(self, owner: "User") -> "ContactQuerySet":
        """The owner's contacts, as far as they exist for the owner."""
        return self.filter(present(owner, "person"), owner=owner).select_related("person")


class MuteQuerySet(models.QuerySet["Mute"]):
    def in_force(self) -> "MuteQuerySet":
        """Those that have not ended."""
        return self.filter(not_over())

    def made_by(self, person: "User") -> "MuteQuerySet":
        """Whom ``person`` mutes now."""
        return self.in_force().filter(present(person, "muted"), muter=person.pk).select_related("muted")


class KeywordMuteQuerySet(models.QuerySet["KeywordMute"]):
    def made_by(self, person: "User") -> "KeywordMuteQuerySet":
        """Which words ``person`` mutes now."""
        return self.filter(not_over(), muter=person.pk)


class BlockQuerySet(models.QuerySet["Block"]):
    def made_by(self, person: "User") -> "BlockQuerySet":
        """Whom ``person`` blocked, people who are gone or suspended left out as everywhere."""
        return self.filter(active("blocked"), blocker=person.pk).select_related("blocked")


def not_over() -> models.Q:
    """A mute that is for good, or whose time is not up."""
    return models.Q(until=None) | models.Q(until__gt=models.functions.Now())


def not_blocked(viewer: "User | None", field: str) -> models.Q:
    """The person whose key is at ``field`` ("author_id", "pk") neither blocks the viewer nor is blocked. For conditions inside larger ones."""
    if viewer is None:
        return models.Q()
    block = apps.get_model("social_graph", "Block")
    blocked_by_viewer = Exists(block.objects.filter(blocker=viewer.pk, blocked=OuterRef(field)))
    blocks_viewer = Exists(block.objects.filter(blocked=viewer.pk, blocker=OuterRef(field)))
    return models.Q(~blocked_by_viewer) & models.Q(~blocks_viewer)


def not_muted(viewer: "User | None", field: str) -> models.Q:
    """The person whose key is at ``field`` ("author_id") is not muted by the viewer. Beside ``present``, wherever something comes to the viewer
    unasked (feeds, comments, notifications); whoever goes to a muted person's page sees it."""
    if viewer is None:
        return models.Q()
    mute = apps.get_model("social_graph", "Mute")
    return models.Q(~Exists(mute.objects.in_force().filter(muter=viewer.pk, muted=OuterRef(field))))


def without_muted_words(viewer: "User | None", field: str) -> models.Q:
    """The text at ``field`` ("body") holds none of the words the viewer mutes now. They are read once a query, however many rows it has."""
    if viewer is None:
        return models.Q()
    mutes = apps.get_model("social_graph", "KeywordMute").objects.made_by(viewer).order_by().values("muter")
    words = mutes.annotate(all=StringAgg("pattern", delimiter="|")).values("all")
    return ~models.Q(**{f"{field}__iregex": Coalesce(models.Subquery(words), models.Value(NOTHING))})


def active(field: str) -> models.Q:
    """The person at ``field`` ("author") is neither deactivated nor suspended right now."""
    not_suspended = models.Q(**{f"{field}__suspended_until": None}) | models.Q(**{f"{field}__suspended_until__lte": models.functions.Now()})
    return models.Q(**{f"{field}__is_active": True}) & not_suspended


def present(viewer: "User | None", field: str) -> models.Q:
    """The person at ``field`` ("author") exists for the viewer."""
    return active(field) & not_blocked(viewer, f"{field}_id")


def exclude_blocked(rows: Rows, viewer: "User | None", field: str) -> Rows:
    """``rows`` without those whose ``field`` (a path to a person's key, such as "author_id" or "pk") is blocked by, or blocks, the viewer."""
    return rows.filter(not_blocked(viewer, field))


def people_visible_to(viewer: "User | None") -> "UserQuerySet":
    """The people who exist for ``viewer``; None is anybody who is not signed in."""
    people: UserQuerySet = apps.get_model("accounts_users", "User").objects.all()
    return exclude_blocked(people.active(), viewer, "pk")


def people_to_meet(actor: "User") -> "UserQuerySet":
    """Whom ``actor`` may have an edge with: who has not left, and neither blocks the other. Under the lock of both people's edges it decides."""
    people: UserQuerySet = apps.get_model("accounts_users", "User").objects.filter(is_active=True)
    return exclude_blocked(people, actor, "pk")


def open_to(viewer: "User | None", field: str = "") -> models.Q:
    """The account of the person at ``field`` ("author"; nothing for rows of people) is not private, or the viewer follows it, or it is the viewer's
    own."""
    is_private, key = (f"{field}__is_private", f"{field}_id") if field else ("is_private", "pk")
    opened = models.Q(**{is_private: False})
    if viewer is None:
        return opened
    follow = apps.get_model("social_graph", "Follow")
    followed = Exists(follow.objects.filter(follower=viewer.pk, followed=OuterRef(key)))
    return opened | models.Q(**{key: viewer.pk}) | models.Q(followed)


def lets_in(viewer: "User | None", choice: str) -> models.Q:
    """Of rows of people: those who let the viewer in, by what they chose in the field ``choice`` ("messages_from")."""
    let_in = models.Q(**{choice: "everyone"})
    if viewer is None:
        return let_in
    follow, friendship = apps.get_model("social_graph", "Follow"), apps.get_model("social_graph", "Friendship")
    followed = Exists(follow.objects.filter(follower=OuterRef("pk"), followed=viewer.pk))
    befriended = Exists(friendship.objects.filter(person=viewer.pk, friend=OuterRef("pk")))
    return (
        let_in
        | models.Q(pk=viewer.pk)
        | models.Q(**{choice: "followed"}) & models.Q(followed)
        | models.Q(**{choice: "friends"}) & models.Q(befriended)
    )


def within_circle(person: "User", choice: str) -> models.Q:
    """Of rows of people: those ``person`` lets in by the field ``choice``. The other side of ``lets_in``."""
    follow, friendship = apps.get_model("social_graph", "Follow"), apps.get_model("social_graph", "Friendship")
    circles = {
        "everyone": models.Q(),
        "followed": models.Q(Exists(follow.objects.filter(follower=person.pk, followed=OuterRef("pk")))) | models.Q(pk=person.pk),
        "friends": models.Q(Exists(friendship.objects.filter(person=person.pk, friend=OuterRef("pk")))) | models.Q(pk=person.pk),
        "nobody": models.Q(pk=person.pk),
    }
    return circles[getattr(person, choice)]
