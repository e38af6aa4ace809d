"""Edges between people, and how many each person has. An edge is one row; who follows whom and who blocks whom are independent tables."""

from typing import ClassVar

from django.db import models

from accounts.users.models import User
from core.models import BaseModel
from social.graph.querysets import BlockQuerySet, FollowQuerySet


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
        return f"{self.follower_id} follows {self.followed_id}"


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
        return f"{self.blocker_id} blocks {self.blocked_id}"


class PersonCounts(models.Model):
    """How many follow a person and how many the person follows.

    The row is also the lock of the person's edges: whatever changes edges between two people first locks both rows in key order, so a follow and
    a block that meet are decided one after the other. People nobody follows and who follow nobody need no row.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="graph_counts")
    follower_count = models.PositiveIntegerField(default=0)
    following_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "person counts"

    def __str__(self) -> str:
        return f"{self.person_id}: {self.follower_count} followers, {self.following_count} following"
