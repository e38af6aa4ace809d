"""What of this slice belongs to a person. Whoever is blocked, or blocks, does not exist in an archive but in the list of blocks.

What others keep of a person is theirs alone: who has them in an address book, mutes, blocks or dismisses them, nobody learns from an archive.
"""

from collections.abc import Iterator

from accounts.users.models import User
from accounts.users.personal import named
from core.personal_data import Document, Keeper, Row, Trace
from social.graph import services
from social.graph.models import Block, Contact, DismissedSuggestion, Follow, FollowRequest, FriendRequest, Friendship, KeywordMute, Mute
from social.graph.querysets import present

BATCH = 200


def following(person: User) -> Iterator[Row]:
    for edge in Follow.objects.followed_by(person, person).order_by("id").iterator():
        yield {"username": named(edge.followed), "since": edge.created_at}


def followers(person: User) -> Iterator[Row]:
    for edge in Follow.objects.followers_of(person, person).order_by("id").iterator():
        yield {"username": named(edge.follower), "since": edge.created_at}


def blocks(person: User) -> Iterator[Row]:
    for edge in Block.objects.made_by(person).order_by("id").iterator():
        yield {"username": named(edge.blocked), "since": edge.created_at}


def friends(person: User) -> Iterator[Row]:
    for friendship in Friendship.objects.friends_of(person, person).order_by("id").iterator():
        yield {"username": named(friendship.friend), "since": friendship.created_at}


def friend_requests(person: User) -> Iterator[Row]:
    """Those that wait; whom somebody declined is not told."""
    for request in FriendRequest.objects.sent_by(person).order_by("id").iterator():
        yield {"to": named(request.receiver), "message": request.message, "asked_at": request.created_at}
    for request in FriendRequest.objects.received_by(person).order_by("id").iterator():
        yield {"from": named(request.sender), "message": request.message, "asked_at": request.created_at}


def follow_requests(person: User) -> Iterator[Row]:
    for request in FollowRequest.objects.sent_by(person).order_by("id").iterator():
        yield {"to": named(request.requested), "asked_at": request.created_at}
    for request in FollowRequest.objects.received_by(person).order_by("id").iterator():
        yield {"from": named(request.requester), "asked_at": request.created_at}


def contacts(person: User) -> Iterator[Row]:
    """By username, and by what the owner calls them: how else they can be reached is theirs to tell."""
    for contact in Contact.objects.kept_by(person).order_by("id").iterator():
        yield {
            "username": named(contact.person),
            "nickname": contact.nickname,
            "is_favourite": contact.is_favourite,
            "since": contact.created_at,
        }


def mutes(person: User) -> Iterator[Row]:
    for mute in Mute.objects.made_by(person).order_by("id").iterator():
        yield {"username": named(mute.muted), "since": mute.created_at, "until": mute.until}


def muted_words(person: User) -> Iterator[Row]:
    for mute in KeywordMute.objects.made_by(person).order_by("id").iterator():
        yield {"words": mute.keyword, "since": mute.created_at, "until": mute.until}


def dismissed(person: User) -> Iterator[Row]:
    for row in DismissedSuggestion.objects.filter(present(person, "dismissed"), person=person).select_related("dismissed").order_by("id").iterator():
        yield {"username": named(row.dismissed), "since": row.created_at}


def erase(person: User) -> None:
    """Every edge, with the counts of those at its other end; then what nobody counts."""
    while services.forget_edges(person=person, limit=BATCH):
        continue
    while services.forget_rest(person=person, limit=BATCH):
        continue


KEEPER = Keeper(
    name="social.graph",
    documents=(
        Document("following", "People you follow", following),
        Document("followers", "People who follow you", followers),
        Document("friends", "Friends", friends),
        Document("friend_requests", "Friend requests", friend_requests),
        Document("follow_requests", "Follow requests", follow_requests),
        Document("contacts", "Contacts", contacts),
        Document("mutes", "People you muted", mutes),
        Document("muted_words", "Words you muted", muted_words),
        Document("dismissed_suggestions", "Suggestions you dismissed", dismissed),
        Document("blocks", "People you blocked", blocks),
    ),
    erase=erase,
    traces=(
        Trace(field="social_graph.Follow.follower", document="following"),
        Trace(field="social_graph.Follow.followed", document="followers"),
        Trace(field="social_graph.Friendship.person", document="friends"),
        Trace(field="social_graph.Friendship.friend", unexported="The other half of a friendship that is exported."),
        Trace(field="social_graph.FriendRequest.sender", document="friend_requests"),
        Trace(field="social_graph.FriendRequest.receiver", document="friend_requests"),
        Trace(field="social_graph.FollowRequest.requester", document="follow_requests"),
        Trace(field="social_graph.FollowRequest.requested", document="follow_requests"),
        Trace(field="social_graph.Contact.owner", document="contacts"),
        Trace(field="social_graph.Contact.person", unexported="It stands in the address book of somebody else."),
        Trace(field="social_graph.ContactDigest.person", unexported="A digest of an address that is exported."),
        Trace(field="social_graph.Mute.muter", document="mutes"),
        Trace(field="social_graph.Mute.muted", unexported="Nobody learns who mutes them."),
        Trace(field="social_graph.KeywordMute.muter", document="muted_words"),
        Trace(field="social_graph.DismissedSuggestion.person", document="dismissed_suggestions"),
        Trace(field="social_graph.DismissedSuggestion.dismissed", unexported="Nobody learns who does not want them suggested."),
        Trace(field="social_graph.Block.blocker", document="blocks"),
        Trace(field="social_graph.Block.blocked", unexported="Nobody learns who blocks them."),
        Trace(field="social_graph.PersonCounts.person", unexported="Counts of rows that are exported."),
    ),
)
