"""What two people may do to each other. People are given as rows or as keys, whichever the caller has."""

from uuid import UUID

from django.db.models import F, Q, TextField, Value

from accounts.users.models import Circle, User
from social.graph.models import Block, Follow, Friendship, KeywordMute, Mute
from social.graph.querysets import people_to_meet

Person = User | UUID


def is_blocked_between(one: Person, other: Person) -> bool:
    """Whether either of the two blocks the other."""
    return Block.objects.filter(Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one)).exists()


def may_meet(actor: User, target: User) -> bool:
    """Whether ``target`` has not left, and neither blocks the other. Asked of the row as it is now: under the lock of both people's edges it
    decides, whoever leaves meanwhile."""
    return bool(people_to_meet(actor).filter(pk=target.pk).exists())


def follows(follower: Person, followed: Person) -> bool:
    """Whether ``follower`` follows ``followed``."""
    return Follow.objects.filter(follower=follower, followed=followed).exists()


def are_friends(one: Person, other: Person) -> bool:
    """Whether the two are friends."""
    return Friendship.objects.filter(person=one, friend=other).exists()


def can_request_friendship(actor: User, target: User) -> bool:
    """Whether ``target`` takes friend requests of ``actor``: by their choice, as long as neither blocks the other."""
    return actor != target and not is_blocked_between(actor, target) and lets_in(target, "friend_requests_from", actor)


def lets_in(person: User, choice: str, viewer: User | None) -> bool:
    """Whether ``person`` lets ``viewer`` in by what they chose in the field ``choice``. Blocks are the caller's. Of rows: ``querysets.lets_in``."""
    circle = getattr(person, choice)
    if circle == Circle.EVERYONE or viewer == person:
        return True
    if viewer is None or circle == Circle.NOBODY:
        return False
    return follows(person, viewer) if circle == Circle.FOLLOWED else are_friends(person, viewer)


def can_see_inside(viewer: User | None, person: User) -> bool:
    """Whether ``viewer`` may see posts, followers, following and friends of ``person``, those in common among them: of a private account its
    followers may."""
    return not person.is_private or viewer == person or (viewer is not None and follows(viewer, person))


def mutes(muter: Person, muted: Person) -> bool:
    """Whether ``muter`` mutes ``muted`` now."""
    return Mute.objects.in_force().filter(muter=muter, muted=muted).exists()


def mutes_words(muter: User, text: str) -> bool:
    """Whether a word that ``muter`` mutes now is in ``text``."""
    return KeywordMute.objects.made_by(muter).annotate(text=Value(text, TextField())).filter(text__iregex=F("pattern")).exists()
