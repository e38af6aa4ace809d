"""Counts equal what they count, whatever happened."""

from typing import Any

from django.db import transaction
from django.db.models import Count, F, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce

from social.graph.models import Follow, Friendship, PersonCounts


def reconcile_counts() -> int:
    """Recount everybody whose counts are not those of their edges, each under the lock the services take. Returns how many were off."""
    counted = PersonCounts.objects.annotate(
        followers=_edges(Follow, "followed"), followings=_edges(Follow, "follower"), friends=_edges(Friendship, "person")
    )
    right: dict[str, Any] = {"follower_count": F("followers"), "following_count": F("followings"), "friend_count": F("friends")}
    off = list(counted.exclude(**right).values_list("pk", flat=True))
    for key in off:
        with transaction.atomic():
            row = PersonCounts.objects.select_for_update().get(pk=key)
            row.follower_count = Follow.objects.filter(followed=key).count()
            row.following_count = Follow.objects.filter(follower=key).count()
            row.friend_count = Friendship.objects.filter(person=key).count()
            row.save()
    return len(off)


def _edges(model: type[Model], side: str) -> Coalesce:
    """How many edges have a row's person on ``side``, as a subquery."""
    edges = model._default_manager.filter(**{side: OuterRef("pk")}).order_by().values(side)
    return Coalesce(Subquery(edges.annotate(count=Count("pk")).values("count")), 0)
