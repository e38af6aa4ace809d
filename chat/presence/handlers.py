"""Telling sockets of presence, and of who may know it no longer."""

from collections.abc import Iterable
from uuid import UUID

from accounts.users.events import ProfileUpdated
from accounts.users.models import Circle, User
from chat.presence import store
from chat.presence.selectors import shown
from chat.presence.wire import PresenceUpdate, presence_room, presence_rooms
from core.events.registry import on
from core.realtime.push import leave, push
from social.graph.events import Blocked, Unfollowed


def tell_presence(person_ids: Iterable[UUID]) -> None:
    """Tell those who follow these people's presence, as far as each shows it, how it is now."""
    people = list(User.objects.filter(pk__in=list(person_ids)).exclude(presence_shown_to=Circle.NOBODY))
    states = store.states([str(person.pk) for person in people])
    for person in people:
        update = PresenceUpdate(user=person.pk, state=shown(states[str(person.pk)]), last_seen_at=person.last_seen_at)
        push(presence_room(person.pk, person.presence_shown_to), update)


@on(ProfileUpdated)
def end_what_is_no_longer_shown(event: ProfileUpdated) -> None:
    """Whoever followed the presence under another choice than today's is told that it is not theirs to see; they may ask again."""
    circle = User.objects.values_list("presence_shown_to", flat=True).get(pk=event.user_id)
    stale = [room for room in presence_rooms(event.user_id) if room != presence_room(event.user_id, circle)]
    push(stale, PresenceUpdate(user=event.user_id, state=None, last_seen_at=None))


@on(Unfollowed)
def end_presence_for_the_unfollowed(event: Unfollowed) -> None:
    leave(event.followed_id, presence_room(event.follower_id, Circle.FOLLOWED))


@on(Blocked)
def end_presence_between(event: Blocked) -> None:
    for one, other in ((event.blocker_id, event.blocked_id), (event.blocked_id, event.blocker_id)):
        for room in presence_rooms(one):
            leave(other, room)
