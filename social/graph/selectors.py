"""Reading the graph: people as a viewer finds them, and lists of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, UUIDField

from accounts.users.models import User
from accounts.users.querysets import UserQuerySet
from core.errors import NotFound
from core.paging import DEFAULT_LIMIT, Page, keyset_page, prepared_page
from core.queries import Prepared, columns, somebody, take
from social.graph import prepared
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
from social.graph.prepared import Relation as Relation  # part of what selectors give
from social.graph.querysets import lets_in, present
from social.graph.suggestions import suggestions_for

MAX_WAITING = 100  # counting requests stops there


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody found by the digest of an address or number."""

    digest: bytes
    person: User


def visible_person(viewer: User | None, name: str) -> User:
    """The person called ``name`` (an id, a username in any case, or "me"). Raises NotFound for absent, suspended and blocked people alike."""
    if name == "me" and viewer is not None:
        return viewer
    return take(User, _row(prepared.visible, viewer, name))


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
    return _people(prepared_page(prepared.followers, viewer=_key_of(viewer), person=person.pk, cursor=cursor, limit=limit))


def following(viewer: User | None, person: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Whom ``person`` follows, the latest first. Pages by the age of the follow."""
    return _people(prepared_page(prepared.following, viewer=_key_of(viewer), person=person.pk, cursor=cursor, limit=limit))


def blocked_people(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Whom the viewer blocked, the latest first."""
    return keyset_page(Block.objects.made_by(viewer), cursor=cursor, limit=limit).map(lambda edge: edge.blocked)


def relation(viewer: User | None, person: User) -> Relation:
    """How the two stand to each other. Nobody signed in has no relations."""
    if viewer is None or viewer == person:
        return Relation()
    rows = prepared.relation(viewer=viewer.pk, key=person.pk)
    return Relation(*rows[0]) if rows else Relation()


def met_person(viewer: User, name: str) -> tuple[User, Relation]:
    """``visible_person`` and ``relation`` in one query. Raises NotFound."""
    if name == "me":
        return viewer, Relation()
    row = _row(prepared.met, viewer, name)
    person = take(User, row)
    return (viewer, Relation()) if person == viewer else (person, Relation(*row[len(columns(User)) :]))


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
    return _people(prepared_page(prepared.mutual_friends, viewer=viewer.pk, person=person.pk, cursor=cursor, limit=limit))


def mutual_friends_in_short(viewer: User, person: User, *, names: int = 3) -> tuple[int, list[User]]:
    """How many friends the two have in common, and some of them."""
    mutual = Friendship.objects.mutual(viewer, person)
    found = [edge.friend for edge in mutual.order_by("-pk")[:names]] if names else []
    return (len(found) if len(found) < names else mutual.count()), found


def requests_received(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[FriendRequest]:
    """Who would like to be the viewer's friend, the latest first."""
    return keyset_page(FriendRequest.objects.received_by(viewer), cursor=cursor, limit=limit)


def requests_sent(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[FriendRequest]:
    """Whom the viewer asked, the latest first."""
    return keyset_page(FriendRequest.objects.sent_by(viewer), cursor=cursor, limit=limit)


def waiting_request(viewer: User, relation: Relation) -> FriendRequest | None:
    """The friend request that waits between the viewer and the person of ``relation``, if there is one, with the words that came with it."""
    if relation.request_received:
        return FriendRequest.objects.received_by(viewer).filter(pk=relation.request_received).first()
    return FriendRequest.objects.sent_by(viewer).filter(pk=relation.request_sent).first() if relation.request_sent else None


def request_count(viewer: User) -> int:
    """How many friend requests wait for the viewer, MAX_WAITING for that many or more."""
    return len(_waiting(viewer=viewer.pk, most=MAX_WAITING))


_waiting = Prepared(  # on every page
    lambda viewer, most: FriendRequest.objects.received_by(somebody(viewer)).values_list("pk")[:most], viewer=UUIDField()
)


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


def _only(people: UserQuerySet, name: str) -> User:
    key = _key(name)
    if (person := (people.named(name) if key is None else people.filter(pk=key)).first()) is None:
        raise NotFound
    return person


def _key(name: str) -> UUID | None:
    """The id that ``name`` is, if it is one: no username is as long and has dashes."""
    try:
        return UUID(name) if len(name) == 36 else None
    except ValueError:
        return None


def _row(finding: prepared.Finding, viewer: User | None, name: str) -> tuple[Any, ...]:
    """The row of the person called ``name``. Raises NotFound."""
    by_key, by_name = finding
    key = _key(name)
    rows = by_name(viewer=_key_of(viewer), name=name) if key is None else by_key(viewer=_key_of(viewer), name=key)
    if not rows:
        raise NotFound
    return rows[0]


def _key_of(viewer: User | None) -> UUID | None:
    return viewer.pk if viewer else None


def _people(rows: Page[tuple[Any, ...]]) -> Page[User]:
    """The people whose columns come after the key of each row."""
    return rows.map(lambda row: take(User, row, 1))
