"""What sockets hear of friendships and follow requests, what becomes of those that wait when an account is private no longer, and what people
are found by."""

from uuid import UUID

from accounts.users.events import AddressesChanged, PrivacyChanged, UserCreated, UserErased
from accounts.users.models import User
from accounts.users.serializers import PersonSerializer
from core.events.registry import on
from core.realtime.push import push
from social.graph import selectors, services, tasks
from social.graph.events import Befriended, Followed, FollowRequestClosed, FollowRequested, FriendRequestClosed, FriendRequested, Unfriended
from social.graph.models import FollowRequest, FriendRequest
from social.graph.policies import are_friends
from social.graph.wire import FollowApproved, FollowRequestsWaiting, FriendAccepted, FriendRemoved, FriendRequestClosedFrame, FriendRequestFrame


@on(PrivacyChanged)
def let_in_who_waits(event: PrivacyChanged) -> None:
    if "is_private" in event.choices:
        tasks.approve_all_waiting.delay(str(event.user_id))


@on(FollowRequested)
def tell_of_request(event: FollowRequested) -> None:
    request = FollowRequest.objects.select_related("requester", "requested").filter(pk=event.request_id).first()
    if request is not None:
        _tell_waiting(request.requested, request.requester)


@on(FollowRequestClosed)
def tell_of_fewer(event: FollowRequestClosed) -> None:
    """Only to whom it was sent: who asked is not told that it was declined."""
    if requested := User.objects.filter(pk=event.requested_id).first():
        _tell_waiting(requested, None)


@on(Followed)
def tell_of_approval(event: Followed) -> None:
    if event.was_asked:
        push(f"user:{event.follower_id}", FollowApproved(user=event.followed_id))


@on(FriendRequested)
def push_request(event: FriendRequested) -> None:
    receiver = User.objects.filter(pk=event.receiver_id).first()
    request = FriendRequest.objects.received_by(receiver).filter(pk=event.request_id).first() if receiver else None
    if receiver is None or request is None:
        return
    person = PersonSerializer(request.sender).data
    frame = FriendRequestFrame(
        id=request.pk, person=person, message=request.message, created_at=request.created_at, waiting=selectors.request_count(receiver)
    )
    push(f"user:{receiver.pk}", frame)


@on(FriendRequestClosed)
def push_closed_request(event: FriendRequestClosed) -> None:
    if (receiver := User.objects.filter(pk=event.receiver_id).first()) is not None:
        push(f"user:{receiver.pk}", FriendRequestClosedFrame(id=event.request_id, waiting=selectors.request_count(receiver)))


@on(Befriended)
def push_friends(event: Befriended) -> None:
    """Each of the two hears of the other, as long as they are friends."""
    people = User.objects.in_bulk([event.asker_id, event.friend_id])
    if len(people) == 2 and are_friends(event.asker_id, event.friend_id):
        for one, other in ((event.asker_id, event.friend_id), (event.friend_id, event.asker_id)):
            push(f"user:{one}", FriendAccepted(person=PersonSerializer(people[other]).data))


@on(Unfriended)
def push_parting(event: Unfriended) -> None:
    _push_removed(event.actor_id, event.friend_id)
    _push_removed(event.friend_id, event.actor_id)


@on(UserCreated, AddressesChanged, UserErased)
def refresh_digests(event: UserCreated | AddressesChanged | UserErased) -> None:
    services.refresh_digests(user_id=event.user_id)


def _tell_waiting(person: User, asked_by: User | None) -> None:
    user = dict(PersonSerializer(asked_by).data) if asked_by else None
    push(f"user:{person.pk}", FollowRequestsWaiting(waiting=selectors.waiting_count(person), user=user))


def _push_removed(one: UUID, other: UUID) -> None:
    push(f"user:{one}", FriendRemoved(person=other))
