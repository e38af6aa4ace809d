"""Writes of the graph. Functions are idempotent where nothing else is said: asking for what already holds changes nothing and tells nobody."""

from social.graph.services.counting import reconcile_counts
from social.graph.services.following import block, follow, unblock, unfollow
from social.graph.services.friends import (
    accept_request,
    cancel_request,
    decline_request,
    forget_declined_requests,
    remove_friend,
    request_friendship,
)
from social.graph.services.requests import approve_all_waiting, approve_follow, cancel_follow_request, decline_follow

__all__ = [
    "accept_request",
    "approve_all_waiting",
    "approve_follow",
    "block",
    "cancel_follow_request",
    "cancel_request",
    "decline_follow",
    "decline_request",
    "follow",
    "forget_declined_requests",
    "reconcile_counts",
    "remove_friend",
    "request_friendship",
    "unblock",
    "unfollow",
]
