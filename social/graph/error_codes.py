"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "already_friends": "The two are friends.",
    "befriend_oneself": "Nobody befriends themselves.",
    "block_oneself": "Nobody blocks themselves.",
    "follow_oneself": "Nobody follows themselves.",
    "friend_requests_closed": "The person does not take friend requests from everybody, and not from you.",
    "request_message_too_long": "The words with a friend request are too long.",
}
