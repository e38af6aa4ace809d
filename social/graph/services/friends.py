"""Asking for friendship, answering, and parting. Every function holds the edges of both people: what meets is decided one after the other."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.users.models import User
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.events.outbox import emit
from social.graph import policies
from social.graph.events import Befriended, FriendRequested
from social.graph.models import MAX_REQUEST_MESSAGE, FriendRequest, Friendship
from social.graph.services.edges import count_friendship, lock_edges, remove_friendship, remove_requests

DECLINED_FOR = timedelta(days=30)  # until then whoever was declined asks in vain, and is not told


def request_friendship(*, actor: User, target: User, message: str = "") -> FriendRequest:
    """Ask ``target`` to be friends. Where ``target`` asked before, also where that was declined, the two are friends at once (``is_accepted``).

    Asking again while a request waits, or for DECLINED_FOR after it was declined, gives the same request and reaches nobody.

    Args:
        message: for the receiver's eyes, at most MAX_REQUEST_MESSAGE characters.
    Raises:
        Forbidden("befriend_oneself"): the two are one.
        Forbidden("friend_requests_closed"): ``target`` does not take requests of ``actor``.
        Conflict("already_friends"): they are.
        Invalid("request_message_too_long"): the message is.
        NotFound: either blocks the other, or ``target`` has left.
    Events: FriendRequested, or Befriended.
    """
    if actor == target:
        raise Forbidden("You cannot befriend yourself.", code="befriend_oneself")
    message = message.replace("\x00", "").strip()
    if len(message) > MAX_REQUEST_MESSAGE:
        raise Invalid(f"The message has {MAX_REQUEST_MESSAGE} characters at most.", code="request_message_too_long")
    with transaction.atomic():
        lock_edges(actor, target)
        if not policies.may_meet(actor, target):
            raise NotFound
        if policies.are_friends(actor, target):
            raise Conflict("You are friends already.", code="already_friends")
        if (theirs := FriendRequest.objects.filter(sender=target, receiver=actor, withdrawn_at=None).first()) is not None:
            return _befriend(theirs, asker=target, friend=actor)
        mine = FriendRequest.objects.filter(sender=actor, receiver=target).first()
        if mine is None or mine.declined_before(timezone.now() - DECLINED_FOR):
            if not policies.can_request_friendship(actor, target):
                raise Forbidden("They do not take friend requests from you.", code="friend_requests_closed")
            return _ask(actor, target, message)
        if mine.withdrawn_at is not None:
            mine.withdrawn_at, mine.message = None, message
            mine.save(update_fields=["withdrawn_at", "message"])
        return mine


def accept_request(*, actor: User, request_id: UUID) -> FriendRequest:
    """Become friends with whoever asked. Raises NotFound where no such request waits for ``actor``. Events: Befriended, FriendRequestClosed."""
    sender = _waiting(actor, request_id).sender
    with transaction.atomic():
        lock_edges(actor, sender)
        return _befriend(_waiting(actor, request_id), asker=sender, friend=actor)


def decline_request(*, actor: User, request_id: UUID) -> None:
    """Let a request rest; its sender is not told. Raises NotFound where no such request waits for ``actor``. Events: FriendRequestClosed."""
    sender = _waiting(actor, request_id).sender
    with transaction.atomic():
        lock_edges(actor, sender)
        request = _waiting(actor, request_id)
        request.declined_at = timezone.now()
        request.save(update_fields=["declined_at"])
        emit(request.closed())


def cancel_request(*, actor: User, request_id: UUID) -> None:
    """Take back what ``actor`` asked. Raises NotFound. Events: FriendRequestClosed, if it was still waiting."""
    sent = FriendRequest.objects.filter(sender=actor, withdrawn_at=None, pk=request_id).select_related("receiver")
    if (request := sent.first()) is None:
        raise NotFound
    with transaction.atomic():
        lock_edges(actor, request.receiver)
        if (request := sent.first()) is None:
            raise NotFound
        if request.declined_at is None:
            emit(request.closed())
            request.delete()
        else:
            request.withdrawn_at = timezone.now()
            request.save(update_fields=["withdrawn_at"])


def discard_request(*, request: FriendRequest) -> None:
    """Take away what two people asked each other, as if it had not been asked. For operators. Events: FriendRequestClosed, if it was waiting."""
    with transaction.atomic():
        lock_edges(request.sender, request.receiver)
        remove_requests(request.sender, request.receiver)


def remove_friend(*, actor: User, friend: User) -> bool:
    """Part as friends. True when they were. Follows stay. Events: Unfriended."""
    with transaction.atomic():
        lock_edges(actor, friend)
        return remove_friendship(actor, friend)


def forget_declined_requests() -> int:
    """Remove requests declined so long ago that their senders may ask anew. Returns how many."""
    removed, _ = FriendRequest.objects.filter(declined_at__lt=timezone.now() - DECLINED_FOR).delete()
    return removed


def _waiting(receiver: User, request_id: UUID) -> FriendRequest:
    request = FriendRequest.objects.received_by(receiver).filter(pk=request_id).first()
    if request is None:
        raise NotFound
    return request


def _ask(sender: User, receiver: User, message: str) -> FriendRequest:
    FriendRequest.objects.filter(sender=sender, receiver=receiver).delete()
    request = FriendRequest(sender=sender, receiver=receiver, message=message)
    request.save(force_insert=True)
    emit(FriendRequested(request_id=request.pk, sender_id=sender.pk, receiver_id=receiver.pk))
    return request


def _befriend(request: FriendRequest, *, asker: User, friend: User) -> FriendRequest:
    """Write both halves under the lock of both; no request between the two is left."""
    remove_requests(asker, friend)
    Friendship.objects.bulk_create([Friendship(person=asker, friend=friend), Friendship(person=friend, friend=asker)])
    count_friendship(asker.pk, friend.pk, +1)
    emit(Befriended(asker_id=asker.pk, friend_id=friend.pk))
    request.is_accepted = True
    return request
