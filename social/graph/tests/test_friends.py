"""Friend requests and friendships: the services, alone and in parallel."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from core.events.registry import Event, event_name, handlers
from core.models import uuid7
from core.testing.threads import race
from social.graph import policies, selectors, services
from social.graph.events import Befriended, FriendRequestClosed, FriendRequested, Unfriended
from social.graph.models import Contact, FriendRequest, Friendship, KeywordMute, Mute, PersonCounts
from social.graph.services.friends import DECLINED_FOR
from social.graph.tests.factories import make_friends

pytestmark = pytest.mark.django_db
KINDS = (Befriended, FriendRequestClosed, FriendRequested, Unfriended)


@pytest.fixture
def told() -> Iterator[list[Event]]:
    """Every event of friendship that was handed over, in order."""
    seen: list[Event] = []
    for kind in KINDS:
        handlers.setdefault(event_name(kind), {})["test"] = seen.append
    yield seen
    for kind in KINDS:
        del handlers[event_name(kind)]["test"]


def friend_counts(*people: User) -> list[int]:
    return [selectors.person_counts(person).friend_count for person in people]


@pytest.mark.django_db(transaction=True)
def test_a_request_waits_until_it_is_accepted_and_then_both_are_friends(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    request = services.request_friendship(actor=ana, target=ben, message="  From the pottery class\x00  ")
    assert request.message == "From the pottery class"
    assert not policies.are_friends(ana, ben)
    assert services.accept_request(actor=ben, request_id=request.pk).is_accepted
    assert policies.are_friends(ana, ben)
    assert policies.are_friends(ben.pk, ana.pk)
    assert friend_counts(ana, ben) == [1, 1]
    assert not FriendRequest.objects.exists()
    ids = {"request_id": request.pk, "sender_id": ana.pk, "receiver_id": ben.pk}
    assert told == [FriendRequested(**ids), FriendRequestClosed(**ids), Befriended(asker_id=ana.pk, friend_id=ben.pk)]


@pytest.mark.django_db(transaction=True)
def test_asking_twice_is_asking_once(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    first = services.request_friendship(actor=ana, target=ben, message="Hello")
    assert services.request_friendship(actor=ana, target=ben, message="Hello?") == first
    assert FriendRequest.objects.get().message == "Hello"
    assert len(told) == 1


@pytest.mark.django_db(transaction=True)
def test_requests_that_cross_make_friends(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    services.request_friendship(actor=ana, target=ben)
    assert services.request_friendship(actor=ben, target=ana).is_accepted
    assert policies.are_friends(ana, ben)
    assert friend_counts(ana, ben) == [1, 1]
    assert not FriendRequest.objects.exists()
    assert told[-1] == Befriended(asker_id=ana.pk, friend_id=ben.pk)


@pytest.mark.django_db(transaction=True)
def test_the_sender_is_not_told_of_a_declined_request_and_asks_in_vain_for_a_while(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    request = services.request_friendship(actor=ana, target=ben)
    services.decline_request(actor=ben, request_id=request.pk)
    told.clear()
    assert not FriendRequest.objects.received_by(ben).exists()
    assert FriendRequest.objects.sent_by(ana).get() == request
    assert services.request_friendship(actor=ana, target=ben) == request
    services.cancel_request(actor=ana, request_id=request.pk)
    assert not FriendRequest.objects.sent_by(ana).exists()
    assert services.request_friendship(actor=ana, target=ben, message="Please") == request
    assert FriendRequest.objects.sent_by(ana).get().message == "Please"
    assert not FriendRequest.objects.received_by(ben).exists()
    with pytest.raises(NotFound):
        services.accept_request(actor=ben, request_id=request.pk)
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_after_a_while_the_declined_may_ask_anew(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    services.decline_request(actor=ben, request_id=services.request_friendship(actor=ana, target=ben).pk)
    FriendRequest.objects.update(declined_at=F("declined_at") - DECLINED_FOR)
    again = services.request_friendship(actor=ana, target=ben)
    assert FriendRequest.objects.received_by(ben).get() == again
    assert told[-1] == FriendRequested(request_id=again.pk, sender_id=ana.pk, receiver_id=ben.pk)


def test_old_declined_requests_are_forgotten() -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    for sender in (ana, cem):
        services.decline_request(actor=ben, request_id=services.request_friendship(actor=sender, target=ben).pk)
    FriendRequest.objects.filter(sender=ana).update(declined_at=timezone.now() - DECLINED_FOR - timedelta(hours=1))
    services.request_friendship(actor=ben, target=UserFactory.create())
    assert services.forget_declined_requests() == 1
    assert FriendRequest.objects.count() == 2


def test_whoever_declined_may_change_their_mind_by_asking() -> None:
    ana, ben = UserFactory.create_batch(2)
    services.decline_request(actor=ben, request_id=services.request_friendship(actor=ana, target=ben).pk)
    assert services.request_friendship(actor=ben, target=ana).is_accepted
    assert policies.are_friends(ana, ben)


def test_a_declined_request_that_was_taken_back_makes_nobody_friends() -> None:
    ana, ben = UserFactory.create_batch(2)
    request = services.request_friendship(actor=ana, target=ben)
    services.decline_request(actor=ben, request_id=request.pk)
    services.cancel_request(actor=ana, request_id=request.pk)
    assert not services.request_friendship(actor=ben, target=ana).is_accepted
    assert not policies.are_friends(ana, ben)


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_request_is_gone(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    request = services.request_friendship(actor=ana, target=ben)
    services.cancel_request(actor=ana, request_id=request.pk)
    assert not FriendRequest.objects.exists()
    assert type(told[-1]) is FriendRequestClosed
    with pytest.raises(NotFound):
        services.cancel_request(actor=ana, request_id=request.pk)


@pytest.mark.django_db(transaction=True)
def test_only_the_receiver_answers_and_only_the_sender_cancels(told: list[Event]) -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    request = services.request_friendship(actor=ana, target=ben)
    told.clear()
    for actor, act in (
        (ana, services.accept_request),
        (cem, services.accept_request),
        (ana, services.decline_request),
        (cem, services.decline_request),
        (ben, services.cancel_request),
        (cem, services.cancel_request),
    ):
        with pytest.raises(NotFound):
            act(actor=actor, request_id=request.pk)
    with pytest.raises(NotFound):
        services.accept_request(actor=ben, request_id=uuid7())
    assert FriendRequest.objects.received_by(ben).get() == request
    assert not Friendship.objects.exists()
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_asked_is_refused_and_changes_nothing(told: list[Event]) -> None:
    ana, ben, cem, dia = UserFactory.create_batch(4)
    make_friends(ana, ben)
    services.block(actor=cem, target=ana)
    told.clear()
    for target, message, refusal in ((ana, "", Forbidden), (ben, "", Conflict), (cem, "", NotFound), (dia, "x" * 301, Invalid)):
        with pytest.raises(refusal):
            services.request_friendship(actor=ana, target=target, message=message)
    assert not FriendRequest.objects.exists()
    assert friend_counts(ana, ben, cem, dia) == [1, 1, 0, 0]
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_friends_part_once_and_keep_their_follows(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    make_friends(ana, ben)
    services.follow(actor=ana, target=ben)
    assert services.remove_friend(actor=ben, friend=ana)
    assert not services.remove_friend(actor=ben, friend=ana)
    assert not Friendship.objects.exists()
    assert friend_counts(ana, ben) == [0, 0]
    assert policies.follows(ana, ben)
    assert told[-1] == Unfriended(actor_id=ben.pk, friend_id=ana.pk)


@pytest.mark.django_db(transaction=True)
def test_a_block_ends_friendship_requests_and_contacts(told: list[Event]) -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    make_friends(ana, ben)
    services.request_friendship(actor=ana, target=cem)
    Contact.objects.create(owner=ana, person=ben)
    Contact.objects.create(owner=ben, person=ana)
    told.clear()
    services.block(actor=ben, target=ana)
    services.block(actor=cem, target=ana)
    assert not Friendship.objects.exists()
    assert not FriendRequest.objects.exists()
    assert not Contact.objects.exists()
    assert friend_counts(ana, ben) == [0, 0]
    assert list(map(type, told)) == [Unfriended, FriendRequestClosed]


def test_the_database_itself_refuses_doubles_and_loops() -> None:
    ana, ben = UserFactory.create_batch(2)
    tables = ((Friendship, "person", "friend"), (FriendRequest, "sender", "receiver"), (Contact, "owner", "person"), (Mute, "muter", "muted"))
    for model, one, other in tables:
        model.objects.create(**{one: ana, other: ben})
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**{one: ana, other: ben})
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**{one: ana, other: ana})
    KeywordMute.objects.create(muter=ana, keyword="cats")
    for keyword in ("cats", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            KeywordMute.objects.create(muter=ana, keyword=keyword)
    with pytest.raises(IntegrityError), transaction.atomic():
        FriendRequest.objects.create(sender=ben, receiver=ana, withdrawn_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_sends_give_one_request(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    sent = race(lambda _: services.request_friendship(actor=ana, target=ben), threads=50)
    assert {request.pk for request in sent if isinstance(request, FriendRequest)} == {FriendRequest.objects.get().pk}
    assert len(sent) == 50
    assert list(map(type, told)) == [FriendRequested]


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_accepts_make_one_friendship(told: list[Event]) -> None:
    ana, ben = UserFactory.create_batch(2)
    request = services.request_friendship(actor=ana, target=ben)
    answers = race(lambda _: services.accept_request(actor=ben, request_id=request.pk), threads=50)
    assert sum(isinstance(answer, FriendRequest) for answer in answers) == 1
    assert sum(isinstance(answer, NotFound) for answer in answers) == 49
    assert Friendship.objects.count() == 2
    assert friend_counts(ana, ben) == [1, 1]
    assert list(map(type, told)) == [FriendRequested, FriendRequestClosed, Befriended]


@pytest.mark.django_db(transaction=True)
def test_fifty_requests_crossing_at_once_make_one_friendship() -> None:
    ana, ben = UserFactory.create_batch(2)
    pairs = ((ana, ben), (ben, ana))

    def ask(number: int) -> None:
        actor, target = pairs[number % 2]
        try:
            services.request_friendship(actor=actor, target=target)
        except Conflict:
            return

    assert set(race(ask, threads=50)) == {None}
    assert Friendship.objects.count() == 2
    assert not FriendRequest.objects.exists()
    assert friend_counts(ana, ben) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_whatever_meets_a_block_does_not_survive_it() -> None:
    ana, ben = UserFactory.create_batch(2)

    def act(number: int) -> None:
        try:
            if number % 3 == 0:
                services.block(actor=ben, target=ana)
            elif number % 3 == 1:
                services.request_friendship(actor=ana, target=ben)
            else:
                services.request_friendship(actor=ben, target=ana)
        except DomainError:
            return

    for _ in range(5):
        assert set(race(act, threads=9)) == {None}
        assert not Friendship.objects.exists()
        assert not FriendRequest.objects.exists()
        assert friend_counts(ana, ben) == [0, 0]
        services.unblock(actor=ben, target=ana)


def test_reconciling_sets_friend_counts_right() -> None:
    ana, ben = UserFactory.create_batch(2)
    make_friends(ana, ben)
    PersonCounts.objects.filter(pk=ana.pk).update(friend_count=7)
    assert services.reconcile_counts() == 1
    assert friend_counts(ana, ben) == [1, 1]
