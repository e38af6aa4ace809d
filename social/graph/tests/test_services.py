from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import Forbidden, NotFound
from core.events.registry import Event, event_name, handlers
from core.testing.threads import race
from social.graph import policies, selectors, services
from social.graph.events import Blocked, Followed, Unblocked, Unfollowed
from social.graph.models import Block, Follow, PersonCounts
from social.graph.querysets import people_visible_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[Event]]:
    """Every graph event that was handed over, in order."""
    seen: list[Event] = []
    for kind in (Followed, Unfollowed, Blocked, Unblocked):
        handlers.setdefault(event_name(kind), {})["test"] = seen.append
    yield seen
    for kind in (Followed, Unfollowed, Blocked, Unblocked):
        del handlers[event_name(kind)]["test"]


def counts(person: User) -> tuple[int, int]:
    row = selectors.person_counts(person)
    return row.follower_count, row.following_count


@pytest.mark.django_db(transaction=True)
def test_following_makes_one_edge_counts_it_and_tells(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    assert services.follow(actor=ana, target=ben)
    assert not services.follow(actor=ana, target=ben)
    assert policies.follows(ana, ben)
    assert not policies.follows(ben.pk, ana.pk)
    assert (counts(ana), counts(ben)) == ((0, 1), (1, 0))
    assert told == [Followed(follower_id=ana.pk, followed_id=ben.pk)]


@pytest.mark.django_db(transaction=True)
def test_unfollowing_takes_the_edge_back_once(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    services.follow(actor=ana, target=ben)
    assert services.unfollow(actor=ana, target=ben)
    assert not services.unfollow(actor=ana, target=ben)
    assert (counts(ana), counts(ben)) == ((0, 0), (0, 0))
    assert told[1:] == [Unfollowed(follower_id=ana.pk, followed_id=ben.pk)]


@pytest.mark.django_db(transaction=True)
def test_nobody_follows_or_blocks_oneself(told: list[Event]) -> None:
    ana = UserFactory.create()
    with pytest.raises(Forbidden):
        services.follow(actor=ana, target=ana)
    with pytest.raises(Forbidden):
        services.block(actor=ana, target=ana)
    assert not Follow.objects.exists()
    assert not Block.objects.exists()
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_blocking_ends_follows_both_ways_and_tells_each(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    services.follow(actor=ana, target=ben)
    services.follow(actor=ben, target=ana)
    assert services.block(actor=ana, target=ben)
    assert not services.block(actor=ana, target=ben)
    assert not Follow.objects.exists()
    assert (counts(ana), counts(ben)) == ((0, 0), (0, 0))
    assert set(map(type, told[2:])) == {Unfollowed, Blocked}
    assert len(told) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ana_blocks", [True, False])
def test_blocked_people_cannot_follow_each_other(told: list[Event], ana_blocks: bool) -> None:
    ana, ben = UserFactory.create_batch(2)
    services.block(actor=ana if ana_blocks else ben, target=ben if ana_blocks else ana)
    told.clear()
    with pytest.raises(NotFound):
        services.follow(actor=ana, target=ben)
    assert not Follow.objects.exists()
    assert counts(ben) == (0, 0)
    assert told == []


def test_unblocking_does_not_bring_follows_back() -> None:
    ana, ben = UserFactory.create_batch(2)
    services.follow(actor=ana, target=ben)
    services.block(actor=ana, target=ben)
    assert services.unblock(actor=ana, target=ben)
    assert not services.unblock(actor=ana, target=ben)
    assert not policies.is_blocked_between(ana, ben)
    assert not policies.follows(ana, ben)


def test_a_block_by_the_other_outlives_ones_own() -> None:
    ana, ben = UserFactory.create_batch(2)
    services.block(actor=ana, target=ben)
    services.block(actor=ben, target=ana)
    services.unblock(actor=ana, target=ben)
    assert policies.is_blocked_between(ana, ben)


def test_people_visible_to_leaves_out_blocked_suspended_and_inactive() -> None:
    ana, ben, cem, dia, eve = UserFactory.create_batch(5)
    services.block(actor=ana, target=ben)
    services.block(actor=cem, target=ana)
    User.objects.filter(pk=dia.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    User.objects.filter(pk=eve.pk).update(is_active=False)
    assert set(people_visible_to(ana)) == {ana}
    assert set(people_visible_to(ben)) == {ben, cem}
    assert set(people_visible_to(None)) == {ana, ben, cem}


def test_a_suspension_that_is_over_hides_nobody() -> None:
    ana = UserFactory.create(suspended_until=timezone.now() - timedelta(seconds=1))
    assert set(people_visible_to(None)) == {ana}


def test_the_database_itself_refuses_doubles_and_loops() -> None:
    ana, ben = UserFactory.create_batch(2)
    for model, one, other in ((Follow, "follower", "followed"), (Block, "blocker", "blocked")):
        model.objects.create(**{one: ana, other: ben})
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**{one: ana, other: ben})
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**{one: ana, other: ana})


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_follows_by_one_person_count_once() -> None:
    ana, ben = UserFactory.create_batch(2)
    assert Counter(race(lambda _: services.follow(actor=ana, target=ben).is_new, threads=20)) == {False: 19, True: 1}
    assert (counts(ana), counts(ben)) == ((0, 1), (1, 0))


@pytest.mark.django_db(transaction=True)
def test_twenty_people_following_each_other_at_once_are_counted_exactly() -> None:
    people = UserFactory.create_batch(12)
    race(lambda number: [services.follow(actor=people[number], target=other) for other in people if other != people[number]], threads=12)
    race(lambda number: services.unfollow(actor=people[number], target=people[0]) if number else None, threads=12)
    assert [counts(person) for person in people] == [(0, 11)] + [(11, 10)] * 11


@pytest.mark.django_db(transaction=True)
def test_a_follow_that_meets_a_block_never_survives_it() -> None:
    ana, ben = UserFactory.create_batch(2)

    def act(number: int) -> None:
        if number % 2:
            services.block(actor=ben, target=ana)
            return
        try:
            services.follow(actor=ana, target=ben)
        except NotFound:
            return

    for _ in range(5):
        race(act, threads=8)
        assert not Follow.objects.exists()
        assert (counts(ana), counts(ben)) == ((0, 0), (0, 0))
        services.unblock(actor=ben, target=ana)
    assert PersonCounts.objects.count() == 2


def test_reconciling_sets_counts_right_that_are_off() -> None:
    ana, ben = UserFactory.create_batch(2)
    services.follow(actor=ana, target=ben)
    PersonCounts.objects.filter(pk=ben.pk).update(follower_count=9)
    assert services.reconcile_counts() == 1
    assert (counts(ana), counts(ben)) == ((0, 1), (1, 0))
    assert services.reconcile_counts() == 0
