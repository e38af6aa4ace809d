"""Writes of the graph. Functions are idempotent where nothing else is said: asking for what already holds changes nothing and tells nobody."""

from social.graph.services.contacts import add_contact, change_contact, reconcile_digests, refresh_digests, remove_contact
from social.graph.services.counting import reconcile_counts
from social.graph.services.dismissing import dismiss_suggestion
from social.graph.services.following import block, follow, remove_follower, unblock, unfollow
from social.graph.services.forgetting import forget_edges, forget_rest
from social.graph.services.friends import (
    accept_request,
    cancel_request,
    decline_request,
    discard_request,
    forget_declined_requests,
    remove_friend,
    request_friendship,
)
from social.graph.services.mutes import forget_ended_mutes, mute, mute_keyword, unmute, unmute_keyword
from social.graph.services.requests import approve_all_waiting, approve_follow, cancel_follow_request, decline_follow

__all__ = [
    "accept_request",
    "add_contact",
    "approve_all_waiting",
    "approve_follow",
    "block",
    "cancel_follow_request",
    "cancel_request",
    "change_contact",
    "decline_follow",
    "decline_request",
    "discard_request",
    "dismiss_suggestion",
    "follow",
    "forget_declined_requests",
    "forget_edges",
    "forget_ended_mutes",
    "forget_rest",
    "mute",
    "mute_keyword",
    "reconcile_counts",
    "reconcile_digests",
    "refresh_digests",
    "remove_contact",
    "remove_follower",
    "remove_friend",
    "request_friendship",
    "unblock",
    "unfollow",
    "unmute",
    "unmute_keyword",
]
