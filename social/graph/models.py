"""Edges between people, and how many each person has. Who follows, befriends, knows, mutes or blocks whom are independent tables; an edge is one
row, a friendship two: one for each of the two."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts.users.models import User
from core.models import BaseModel
from social.graph.events import FollowRequestClosed, FriendRequestClosed
from social.graph.querysets import (
    BlockQuerySet,
    ContactQuerySet,
    FollowQuerySet,
    FollowRequestQuerySet,
    FriendRequestQuerySet,
    FriendshipQuerySet,
    KeywordMuteQuerySet,
    MuteQuerySet,
)

MAX_REQUEST_MESSAGE = 300  # characters
MAX_NICKNAME = 80
MAX_KEYWORD = 80


class Follow(BaseModel):
    """``follower`` wants to see what ``followed`` publishes."""

    follower = models.ForeignKey(User, on_delete=models.CASCADE, related_name="following_edges", db_index=False)
    followed = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follower_edges", db_index=False)

    objects: ClassVar[FollowQuerySet] = FollowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            # Both directions are looked up: the constraint serves "does she follow him", the indexes serve the two lists, newest first.
            models.UniqueConstraint(fields=["follower", "followed"], name="follow_once"),
            models.CheckConstraint(condition=~models.Q(follower=models.F("followed")), name="follow_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["follower", "-id"], include=["followed"], name="follow_following"),
            models.Index(fields=["followed", "-id"], include=["follower"], name="follow_followers"),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('follower')} follows {self.at_hand('followed')}"


class FollowRequest(BaseModel):
    """``requester`` would like to follow ``requested``, whose account is private. Answered and cancelled requests are gone."""

    requester = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follow_requests_sent", db_index=False)
    requested = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follow_requests_received", db_index=False)

    objects: ClassVar[FollowRequestQuerySet] = FollowRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requester", "requested"], name="follow_request_once"),
            models.CheckConstraint(condition=~models.Q(requester=models.F("requested")), name="follow_request_not_to_oneself"),
        ]
        indexes = [
            models.Index(fields=["requester", "-id"], include=["requested"], name="follow_request_sent"),
            models.Index(fields=["requested", "-id"], include=["requester"], name="follow_request_received"),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('requester')} asks to follow {self.at_hand('requested')}"

    def closed(self) -> FollowRequestClosed:
        """The event that says that it no longer waits."""
        return FollowRequestClosed(request_id=self.pk, requester_id=self.requester_id, requested_id=self.requested_id)


class Friendship(BaseModel):
    """One half of a friendship: ``friend`` is among the friends of ``person``. The other half stands in a row of its own.

    Both halves are written and removed together, under the lock of both people's edges. So a list of friends, friends in common and friends
    of friends are each read along one index, and never ask which of the two came first.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="friendships", db_index=False)
    friend = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)

    objects: ClassVar[FriendshipQuerySet] = FriendshipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "friend"], name="friendship_once"),
            models.CheckConstraint(condition=~models.Q(person=models.F("friend")), name="friendship_not_with_oneself"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], include=["friend"], name="friendship_list"),
            models.Index(fields=["friend", "person"], name="friendship_reverse"),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('friend')} is a friend of {self.at_hand('person')}"


class FriendRequest(BaseModel):
    """``sender`` would like to be a friend of ``receiver``.

    Accepted and cancelled requests are gone. A declined one stays for a while: its sender is not told, goes on seeing it among those sent, and
    asking again reaches nobody meanwhile (``withdrawn_at``: the sender took back what had been declined; so taking back is no way round).
    """

    sender = models.ForeignKey(User, on_delete=models.CASCADE, related_name="friend_requests_sent", db_index=False)
    receiver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="friend_requests_received", db_index=False)
    message = models.CharField(max_length=MAX_REQUEST_MESSAGE, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    is_accepted = False  # on what services give back once it was, when the row is gone

    objects: ClassVar[FriendRequestQuerySet] = FriendRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "receiver"], name="friend_request_once"),
            models.CheckConstraint(condition=~models.Q(sender=models.F("receiver")), name="friend_request_not_to_oneself"),
            models.CheckConstraint(condition=models.Q(withdrawn_at=None) | ~models.Q(declined_at=None), name="friend_request_withdrawn"),
        ]
        indexes = [
            models.Index(fields=["sender", "-id"], include=["receiver"], name="friend_request_sent"),
            models.Index(fields=["receiver", "-id"], include=["sender"], name="friend_request_received"),
            models.Index(fields=["declined_at"], condition=~models.Q(declined_at=None), name="friend_request_declined"),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('sender')} asks {self.at_hand('receiver')}"

    def declined_before(self, moment: datetime) -> bool:
        return self.declined_at is not None and self.declined_at < moment

    def closed(self) -> FriendRequestClosed:
        """The event that says that it no longer waits."""
        return FriendRequestClosed(request_id=self.pk, sender_id=self.sender_id, receiver_id=self.receiver_id)


class Contact(BaseModel):
    """``person`` stands in the address book of ``owner``. Only the owner knows; nothing else follows from it."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contacts", db_index=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    nickname = models.CharField(max_length=MAX_NICKNAME, blank=True, help_text="What the owner calls them.")
    is_favourite = models.BooleanField(default=False)

    objects: ClassVar[ContactQuerySet] = ContactQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "person"], name="contact_once"),
            models.CheckConstraint(condition=~models.Q(owner=models.F("person")), name="contact_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], include=["person"], name="contact_list"),
            models.Index(fields=["owner", "-id"], condition=models.Q(is_favourite=True), name="contact_favourites"),
            models.Index(fields=["person", "owner"], name="contact_reverse"),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('person')} among the contacts of {self.at_hand('owner')}"


class ContactDigest(BaseModel):
    """How those who have somebody's address or number in a book of their own may find that somebody: SHA-256 of the confirmed one.

    Kept by handlers as addresses change, because looking up a thousand digests needs an index on them. Whether a person lets themselves be found
    is asked when somebody looks.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_digests", db_index=False)
    kind = models.CharField(max_length=5, choices=Kind)
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="contact_digest_once")]
        indexes = [models.Index(fields=["digest"], name="contact_digest_lookup")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.at_hand('person')}"


class DismissedSuggestion(BaseModel):
    """``dismissed`` is not to be suggested to ``person`` again."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    dismissed = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "dismissed"], name="dismissed_suggestion_once")]
        indexes = [models.Index(fields=["dismissed", "person"], name="dismissed_suggestion_reverse")]

    def __str__(self) -> str:
        return f"{self.at_hand('dismissed')} not to {self.at_hand('person')}"


class Mute(BaseModel):
    """``muter`` does not want to see what ``muted`` writes or does, for a time or for good. Only the muter knows."""

    muter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="muting_edges", db_index=False)
    muted = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    until = models.DateTimeField(null=True, blank=True, help_text="When it ends by itself; empty for never.")

    objects: ClassVar[MuteQuerySet] = MuteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="mute_once"),
            models.CheckConstraint(condition=~models.Q(muter=models.F("muted")), name="mute_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["muter", "-id"], include=["muted", "until"], name="mute_list"),
            models.Index(fields=["muted", "muter"], name="mute_reverse"),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('muter')} mutes {self.at_hand('muted')}"


class KeywordMute(BaseModel):
    """``muter`` does not want to see posts with this word or phrase in them. Kept in lower case: matching ignores case.

    ``pattern`` is the regular expression that finds it, as PostgreSQL writes them: a feed asks for all of a person's words at once.
    """

    muter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="muted_keywords", db_index=False)
    keyword = models.CharField(max_length=MAX_KEYWORD)
    pattern = models.CharField(max_length=4 * MAX_KEYWORD, editable=False)
    until = models.DateTimeField(null=True, blank=True, help_text="When it ends by itself; empty for never.")

    objects: ClassVar[KeywordMuteQuerySet] = KeywordMuteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["muter", "keyword"], name="keyword_mute_once"),
            models.CheckConstraint(condition=~models.Q(keyword=""), name="keyword_mute_of_something"),
        ]
        indexes = [models.Index(fields=["muter", "-id"], name="keyword_mute_list")]

    def __str__(self) -> str:
        return f"{self.at_hand('muter')} mutes a word"  # which one is theirs alone, in the admin and its log too


class Block(BaseModel):
    """``blocker`` and ``blocked`` do not exist for each other."""

    blocker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocking_edges", db_index=False)
    blocked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocked_edges", db_index=False)

    objects: ClassVar[BlockQuerySet] = BlockQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~models.Q(blocker=models.F("blocked")), name="block_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["blocker", "-id"], include=["blocked"], name="block_list"),
            models.Index(fields=["blocked", "blocker"], name="block_reverse"),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('blocker')} blocks {self.at_hand('blocked')}"


class PersonCounts(models.Model):
    """How many follow a person, how many the person follows, how many friends there are.

    The row is also the lock of the person's edges: whatever changes edges between two people first locks both rows in key order, so a follow and
    a block that meet are decided one after the other. People without followers, friends or anybody they follow need no row.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="graph_counts")
    follower_count = models.PositiveIntegerField(default=0)
    following_count = models.PositiveIntegerField(default=0)
    friend_count = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "person counts"
        indexes = [models.Index(fields=["-follower_count", "person"], name="person_counts_popular")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.follower_count} followers, {self.following_count} following, {self.friend_count} friends"
