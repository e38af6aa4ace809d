"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "already_friends": "The two are friends.",
    "befriend_oneself": "Nobody befriends themselves.",
    "block_oneself": "Nobody blocks themselves.",
    "contact_oneself": "Nobody keeps themselves as a contact.",
    "dismiss_oneself": "Nobody is suggested to themselves.",
    "follow_oneself": "Nobody follows themselves.",
    "friend_requests_closed": "The person does not take friend requests from everybody, and not from you.",
    "invalid_keyword": "A word or phrase to mute is empty or too long.",
    "mute_oneself": "Nobody mutes themselves.",
    "request_message_too_long": "The words with a friend request are too long.",
    "too_many_lookups": "As many addresses and numbers were looked up as a day, or a network, has: `details.scope`, `details.retry_after`.",
    "too_many_contacts": "The address book is full.",
    "too_many_keywords": "As many words are muted as can be.",
}
