"""Reading the graph: people as a viewer finds them, and lists of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.users.models import User
from accounts.users.querysets import UserQuerySet
from core.errors import NotFound
from core.paging import DEFAULT_LIMIT, Page, keyset_page
from social.graph.models import (
    Block,
    Contact,
    ContactDigest,
    Follow,
    FollowRequest,
    FriendRequest,
    Friendship,
    KeywordMute,
    Mute,
    PersonCounts,
)
from social.graph.querysets import lets_in, people_visible_to, present
from social.graph.suggestions import suggestions_for

MAX_WAITING = 100  # counting requests stops there


@dataclass(frozen=True, slots=True)
class Relation:
    """How the viewer and a person stand to each other. Of friend requests those that wait, by their ids; what the viewer asked and the other
    declined waits as far as the viewer knows."""

    following: bool = False
    followed_by: bool = False
    requested: bool = False  # the viewer asked to follow and has no answer
    friends: bool = False
    request_sent: UUID | None = None
    request_received: UUID | None = None
    muted: bool = False
    contact: UUID | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody found by the digest of an address or number."""

    digest: bytes
    person: User


def visible_person(viewer: User | None, name: str) -> User:
    """The person called ``name`` (an id, a username in any case, or "me"). Raises NotFound for absent, suspended and blocked people alike."""
    if name == "me" and viewer is not None:
        return viewer
    return _only(people_visible_to(viewer), name)


def blockable_person(viewer: User, name: str) -> User:
    """Whom the viewer may block: somebody visible, or somebody the viewer has blocked already. Raises NotFound."""
    try:
        return visible_person(viewer, name)
    except NotFound:
        return blocked_person(viewer, name)


def blocked_person(viewer: User, name: str) -> User:
    """Somebody the viewer may take a block back from. Raises NotFound."""
    return _only(User.objects.active().filter(blocked_edges__blocker=viewer), name)


def followers(viewer: User | None, person: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Who follows ``person``, the latest first. Pages by the age of the follow."""
    edges = keyset_page(Follow.objects.followers_of(person, viewer), cursor=cursor, limit=limit)
    return edges.map(lambda edge: edge.follower)


def following(viewer: User | None, person: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Whom ``person`` follows, the latest first. Pages by the age of the follow."""
    edges = keyset_page(Follow.objects.followed_by(person, viewer), cursor=cursor, limit=limit)
    return edges.map(lambda edge: edge.followed)


def blocked_people(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Whom the viewer blocked, the latest first."""
    return keyset_page(Block.objects.made_by(viewer), cursor=cursor, limit=limit).map(lambda edge: edge.blocked)


def relation(viewer: User | None, person: User) -> Relation:
    """How the two stand to each other. Nobody signed in has no relations."""
    if viewer is None or viewer == person:
        return Relation()
    row: Any = _with_relation(User.objects.filter(pk=person.pk), viewer).values(*Relation.__slots__).first()
    return Relation(**row) if row else Relation()


def met_person(viewer: User, name: str) -> tuple[User, Relation]:
    """``visible_person`` and ``relation`` in one query. Raises NotFound."""
    if name == "me":
        return viewer, Relation()
    person = _only(_with_relation(people_visible_to(viewer), viewer), name)
    if person == viewer:
        return viewer, Relation()
    return person, Relation(**{field: getattr(person, field) for field in Relation.__slots__})


def followed_among(viewer: User | None, people: list[User]) -> set[UUID]:
    """Which of ``people`` the viewer follows, in one query."""
    if viewer is None or not people:
        return set()
    return set(Follow.objects.filter(follower=viewer, followed__in=people).values_list("followed_id", flat=True))


def requested_among(viewer: User | None, people: list[User]) -> set[UUID]:
    """Which of ``people`` the viewer asked to follow and has no answer of, in one query."""
    private = [person for person in people if person.is_private]
    if viewer is None or not private:
        return set()
    return set(FollowRequest.objects.filter(requester=viewer, requested__in=private).values_list("requested_id", flat=True))


def follow_requests_received(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[FollowRequest]:
    """Who waits for the viewer to let them follow, the latest first."""
    return keyset_page(FollowRequest.objects.received_by(viewer), cursor=cursor, limit=limit)


def follow_requests_sent(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[FollowRequest]:
    """Whom the viewer asked to follow and has no answer of, the latest first."""
    return keyset_page(FollowRequest.objects.sent_by(viewer), cursor=cursor, limit=limit)


def waiting_count(viewer: User) -> int:
    """How many follow requests wait for the viewer's answer."""
    return FollowRequest.objects.received_by(viewer).count()


def person_counts(person: User) -> PersonCounts:
    """How many follow ``person``, how many the person follows, how many friends; zeros where nothing was counted yet."""
    return PersonCounts.objects.filter(pk=person.pk).first() or PersonCounts(person=person)


def suggestions(viewer: User, *, limit: int = 10) -> list[User]:
    """People the viewer might know or like to follow, without the reasons."""
    return [suggestion.person for suggestion in suggestions_for(viewer, limit=limit)]


def friends(viewer: User | None, person: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Friendship]:
    """The friends of ``person``, the latest first, each with the time they became friends."""
    return keyset_page(Friendship.objects.friends_of(person, viewer), cursor=cursor, limit=limit)


def friends_of(viewer: User | None, person: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """The friends of ``person`` alone, as ``friends`` finds them."""
    return friends(viewer, person, cursor=cursor, limit=limit).map(lambda friendship: friendship.friend)


def mutual_friends(viewer: User | None, person: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Friends of the viewer who are friends of ``person`` too, the viewer's latest first. Nobody signed in has none."""
    if viewer is None:
        return Page([], None)
    return keyset_page(_mutual(viewer, person), cursor=cursor, limit=limit).map(lambda edge: edge.friend)


def mutual_friends_in_short(viewer: User, person: User, *, names: int = 3) -> tuple[int, list[User]]:
    """How many friends the two have in common, and some of them."""
    mutual = _mutual(viewer, person)
    found = [edge.friend for edge in mutual.order_by("-pk")[:names]] if names else []
    return (len(found) if len(found) < names else mutual.count()), found


def requests_received(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[FriendRequest]:
    """Who would like to be the viewer's friend, the latest first."""
    return keyset_page(FriendRequest.objects.received_by(viewer), cursor=cursor, limit=limit)


def requests_sent(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[FriendRequest]:
    """Whom the viewer asked, the latest first."""
    return keyset_page(FriendRequest.objects.sent_by(viewer), cursor=cursor, limit=limit)


def request_count(viewer: User) -> int:
    """How many friend requests wait for the viewer, MAX_WAITING for that many or more."""
    return FriendRequest.objects.received_by(viewer)[:MAX_WAITING].count()


def contacts(viewer: User, *, favourites: bool = False, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Contact]:
    """The viewer's address book, the latest first; with ``favourites`` those only."""
    kept = Contact.objects.kept_by(viewer)
    return keyset_page(kept.filter(is_favourite=True) if favourites else kept, cursor=cursor, limit=limit)


def contact_detail(viewer: User, contact_id: UUID) -> Contact:
    """One contact. Raises NotFound."""
    contact = Contact.objects.kept_by(viewer).filter(pk=contact_id).first()
    if contact is None:
        raise NotFound
    return contact


def contact_matches(viewer: User, digests: Sequence[bytes]) -> list[Match]:
    """Who lets the viewer find them by which of ``digests`` (SHA-256 of addresses and numbers). One query, whoever is there."""
    Kind = ContactDigest.Kind
    by_email, by_phone = (User.objects.filter(lets_in(viewer, choice), pk=OuterRef("person")) for choice in ("found_by_email", "found_by_phone"))
    lets_find = Q(kind=Kind.EMAIL) & Exists(by_email) | Q(kind=Kind.PHONE) & Exists(by_phone)
    found = ContactDigest.objects.filter(present(viewer, "person"), lets_find, digest__in=digests).exclude(person=viewer)
    return [Match(bytes(row.digest), row.person) for row in found.select_related("person").order_by("digest")]


def muted_people(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Mute]:
    """Whom the viewer mutes now, the latest first."""
    return keyset_page(Mute.objects.made_by(viewer), cursor=cursor, limit=limit)


def muted_keywords(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[KeywordMute]:
    """Which words the viewer mutes now, the latest first."""
    return keyset_page(KeywordMute.objects.made_by(viewer), cursor=cursor, limit=limit)


def _mutual(viewer: User, person: User) -> Any:
    theirs = Friendship.objects.filter(person=person, friend=OuterRef("friend"))
    return Friendship.objects.friends_of(viewer, viewer).filter(Exists(theirs))


def _with_relation(people: UserQuerySet, viewer: User) -> UserQuerySet:
    """People with the fields of ``Relation`` to the viewer, in the query that finds them."""
    them = OuterRef("pk")
    return people.annotate(
        following=Exists(Follow.objects.filter(follower=viewer, followed=them)),
        followed_by=Exists(Follow.objects.filter(follower=them, followed=viewer)),
        requested=Exists(FollowRequest.objects.filter(requester=viewer, requested=them)),
        friends=Exists(Friendship.objects.filter(person=viewer, friend=them)),
        request_sent=Subquery(FriendRequest.objects.filter(sender=viewer, receiver=them, withdrawn_at=None).values("pk")),
        request_received=Subquery(FriendRequest.objects.filter(sender=them, receiver=viewer, declined_at=None).values("pk")),
        muted=Exists(Mute.objects.in_force().filter(muter=viewer, muted=them)),
        contact=Subquery(Contact.objects.filter(owner=viewer, person=them).values("pk")),
    )


def _only(people: UserQuerySet, name: str) -> User:
    try:
        found = people.filter(pk=UUID(name)) if len(name) == 36 else people.named(name)
    except ValueError:
        found = people.named(name)
    if (person := found.first()) is None:
        raise NotFound
    return person
