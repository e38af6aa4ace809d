"""Who sees what at home, over every combination of relations: the statement that finds ids by hand against the querysets that say who may see."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.paging import Page
from social.feeds.selectors import home_ids, posts_of
from social.graph.models import Block, Follow, Friendship, Mute
from social.posts.models import Audience, Post

pytestmark = pytest.mark.django_db

NOW = timezone.now()
FOLLOWS, FRIENDS = (False, True), (False, True)
DAY = timedelta(days=1)
MUTES: dict[str, tuple[timedelta | None, ...]] = {"none": (), "for good": (None,), "for a while": (DAY,), "until yesterday": (-DAY,)}
BLOCKS = ("none", "blocks", "is blocked")
STANDINGS: dict[str, dict[str, Any]] = {
    "fine": {},
    "closed": {"is_active": False},
    "suspended": {"suspended_until": NOW + DAY},
    "back": {"suspended_until": NOW - DAY},
    "private": {"is_private": True},
}
STATES: dict[str, dict[str, Any]] = {"out": {}, "deleted": {"deleted_at": NOW}, "hidden": {"hidden_at": NOW}}


def everybody(viewer: User) -> Iterator[tuple[User, list[Any]]]:
    """Somebody for each combination, and the rows that make them so."""
    for number, (follows, friends, mute, block, standing) in enumerate(product(FOLLOWS, FRIENDS, MUTES, BLOCKS, STANDINGS)):
        person = User(username=f"world{number}", email=None, **STANDINGS[standing])
        rows: list[Any] = [Mute(muter=viewer, muted=person, until=None if span is None else NOW + span) for span in MUTES[mute]]
        rows += [Follow(follower=viewer, followed=person)] if follows else []
        rows += [Friendship(person=viewer, friend=person), Friendship(person=person, friend=viewer)] if friends else []
        rows += {"none": [], "blocks": [Block(blocker=viewer, blocked=person)], "is blocked": [Block(blocker=person, blocked=viewer)]}[block]
        yield person, rows


@pytest.fixture
def viewer() -> User:
    """In a world of every combination, each with posts for every audience and in every state; and the viewer's own."""
    viewer = UserFactory.create()
    people = list(everybody(viewer))
    User.objects.bulk_create([person for person, _ in people])
    models: tuple[Any, ...] = (Follow, Friendship, Mute, Block)
    for model in models:
        model.objects.bulk_create([row for _, rows in people for row in rows if isinstance(row, model)])
    posts = product([viewer, *(person for person, _ in people)], Audience, STATES.values())
    Post.objects.bulk_create(Post(author=author, audience=audience, body="Here", **state) for author, audience, state in posts)
    return viewer


def pages(viewer: User) -> Iterator[list[UUID]]:
    cursor = None
    while True:
        page = home_ids(viewer, cursor=cursor, limit=100)
        yield list(page.items)
        if (cursor := page.next) is None:
            return


def test_home_shows_what_the_querysets_say_and_nothing_else(viewer: User) -> None:
    near = Q(author=viewer) | Q(author__in=Follow.objects.filter(follower=viewer).values("followed"))
    near |= Q(author__in=Friendship.objects.filter(person=viewer).values("friend"))
    expected = set(Post.objects.visible_to(viewer).wanted_by(viewer).filter(near).values_list("pk", flat=True))
    found = [key for page in pages(viewer) for key in page]
    assert len(found) == len(set(found)) > 0
    assert found == sorted(found, reverse=True), "newest first"
    assert expected <= set(found), "nothing is left out"
    shown = [post.pk for page in pages(viewer) for post in posts_of(viewer, Page(page, None)).items]
    assert len(shown) == len(set(shown))
    assert set(shown) == expected
    # Audience, mutes and states the statement knows itself; blocks, standing and private accounts are asked about when ids become posts.
    followed = Follow.objects.filter(follower=viewer).values("followed")
    present = User.objects.active().exclude(pk__in=Block.objects.filter(blocker=viewer).values("blocked"))
    present = present.exclude(pk__in=Block.objects.filter(blocked=viewer).values("blocker"))
    of_present = Post.objects.filter(pk__in=found, author__in=present)
    closed = Q(audience=Audience.PUBLIC, author__is_private=True) & ~Q(author__in=followed)
    assert set(of_present.exclude(closed).values_list("pk", flat=True)) == expected
    assert len(expected) > 40, "a world in which there is something to see"
