"""Asking a private account to be let follow, and what its owner answers. Both people's edges are held, as for every follow."""

from uuid import UUID

from django.db import transaction

from accounts.users.models import User
from core.errors import NotFound
from social.graph.models import FollowRequest
from social.graph.services.edges import add_follow, lock_edges, remove_follow_request


def approve_follow(*, actor: User, request_id: UUID) -> None:
    """Let whoever asked follow ``actor``. Raises NotFound where no such request waits for ``actor``. Events: FollowRequestClosed, Followed."""
    requester = _waiting(actor, request_id).requester
    with transaction.atomic():
        lock_edges(actor, requester)
        _approve(_waiting(actor, request_id))


def decline_follow(*, actor: User, request_id: UUID) -> None:
    """Take a request away; whoever asked is not told, and may ask again. Raises NotFound as ``approve_follow``. Events: FollowRequestClosed."""
    requester = _waiting(actor, request_id).requester
    with transaction.atomic():
        lock_edges(actor, requester)
        if not remove_follow_request(requester, actor):
            raise NotFound


def cancel_follow_request(*, actor: User, request_id: UUID) -> None:
    """Take back what ``actor`` asked. Raises NotFound where it does not wait any more. Events: FollowRequestClosed."""
    sent = FollowRequest.objects.sent_by(actor).filter(pk=request_id)
    if (request := sent.first()) is None:
        raise NotFound
    with transaction.atomic():
        lock_edges(actor, request.requested)
        if not remove_follow_request(actor, request.requested):
            raise NotFound


def approve_all_waiting(*, user_id: UUID) -> int:
    """Let everybody follow who waits for somebody whose account is not private any more. Returns how many: fewer where it is private again
    before all are through. Events as ``approve_follow``.
    """
    approved = 0
    person = User.objects.filter(pk=user_id, is_private=False).first()
    for request in FollowRequest.objects.received_by(person).order_by("pk") if person else ():
        with transaction.atomic():
            lock_edges(request.requester, request.requested)
            if not User.objects.select_for_update(no_key=True).filter(pk=user_id, is_private=False).exists():
                break
            if (waiting := FollowRequest.objects.filter(pk=request.pk).select_related("requester", "requested").first()) is not None:
                _approve(waiting)
                approved += 1
    return approved


def _waiting(requested: User, request_id: UUID) -> FollowRequest:
    request = FollowRequest.objects.received_by(requested).filter(pk=request_id).select_related("requested").first()
    if request is None:
        raise NotFound
    return request


def _approve(request: FollowRequest) -> None:
    requester, requested = request.requester, request.requested
    remove_follow_request(requester, requested)
    add_follow(requester, requested, was_asked=True)
