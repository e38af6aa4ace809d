"""Reading the graph: people as a viewer finds them, and lists of them."""

from dataclasses import dataclass
from uuid import UUID

from accounts.users.models import User
from accounts.users.querysets import UserQuerySet
from core.errors import NotFound
from core.paging import DEFAULT_LIMIT, Page, keyset_page
from social.graph.models import Block, Follow, FollowRequest, PersonCounts
from social.graph.querysets import people_visible_to


@dataclass(frozen=True, slots=True)
class Relation:
    """How the viewer and a person stand to each other."""

    following: bool
    followed_by: bool
    requested: bool = False  # the viewer asked to follow and has no answer


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
    """Whether the viewer follows ``person`` and is followed back. Nobody signed in has no relations."""
    if viewer is None or viewer == person:
        return Relation(following=False, followed_by=False)
    edges = set(Follow.objects.between(viewer, person).values_list("follower_id", flat=True))
    following = viewer.pk in edges
    requested = not following and person.is_private and FollowRequest.objects.filter(requester=viewer, requested=person).exists()
    return Relation(following=following, followed_by=person.pk in edges, requested=requested)


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
    """People the viewer might follow: the most followed ones not followed yet."""
    return list(
        people_visible_to(viewer)
        .exclude(pk=viewer.pk)
        .exclude(follower_edges__follower=viewer)
        .order_by("-graph_counts__follower_count", "-pk")
        .filter(graph_counts__follower_count__gt=0)[:limit]
    )


def _only(people: UserQuerySet, name: str) -> User:
    try:
        found = people.filter(pk=UUID(name)) if len(name) == 36 else people.named(name)
    except ValueError:
        found = people.named(name)
    if (person := found.first()) is None:
        raise NotFound
    return person
