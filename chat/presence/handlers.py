"""Telling sockets of presence, and asking again who may know it."""

from collections.abc import Iterable
from uuid import UUID

from accounts.users.events import PrivacyChanged, UserClosed, UserLeaving, UserReopened, UserRestored, UserReturned, UserSuspended
from accounts.users.models import Circle, SeenAs, User
from chat.presence import store
from chat.presence.events import SeenAsChosen
from chat.presence.selectors import shown
from chat.presence.services import one_at_a_time
from chat.presence.wire import PresenceUpdate, presence_room, presence_rooms, watchers_room
from core.errors import Unavailable
from core.events.registry import on
from core.realtime.push import ask_again, leave, push
from social.graph.events import Befriended, Blocked, Followed, Unblocked, Unfollowed, Unfriended

TOLD_TOGETHER = 100  # people; as many locks are held for as long as it takes


def tell_presence(person_ids: Iterable[UUID]) -> None:
    """Tell those who follow these people's presence, as far as each shows it, how it is now.

    Nothing of those who left or are suspended, nor of those who are invisible: that something was said at all would betray them.
    """
    everyone = list(person_ids)
    for start in range(0, len(everyone), TOLD_TOGETHER):
        told = everyone[start : start + TOLD_TOGETHER]
        try:
            with one_at_a_time(told):
                _tell_presence(told)
        except Unavailable:  # somebody is at it and does not come to an end: those who follow these people read for themselves
            ask_again(watchers_room(pk) for pk in User.objects.filter(pk__in=told).exclude(seen_as=SeenAs.INVISIBLE).values_list("pk", flat=True))


def _tell_presence(person_ids: list[UUID]) -> None:
    people = User.objects.active().filter(pk__in=person_ids).exclude(presence_shown_to=Circle.NOBODY).exclude(seen_as=SeenAs.INVISIBLE)
    there = store.there(str(person.pk) for person in people)
    for person in people:
        state = shown(person.seen_as, is_there=str(person.pk) in there)
        push(presence_room(person.pk, person.presence_shown_to), PresenceUpdate(user=person.pk, state=state, last_seen_at=person.last_seen_at))


@on(SeenAsChosen)
def ask_about_the_choice(event: SeenAsChosen) -> None:
    """Everybody who follows this person reads how they look now, those included who are just reading it."""
    ask_again(watchers_room(event.user_id))


@on(PrivacyChanged)
def ask_the_watchers(event: PrivacyChanged) -> None:
    """Rooms of another choice than today's hear nothing more from now on, and everybody who wants to know is asked about again."""
    if "presence_shown_to" in event.choices:
        ask_again(watchers_room(event.user_id))


@on(UserSuspended, UserLeaving, UserClosed, UserRestored, UserReturned, UserReopened)
def ask_of_those_who_go_and_come_back(event: UserSuspended | UserLeaving | UserClosed | UserRestored | UserReturned | UserReopened) -> None:
    """Who is not there any more has no presence either."""
    ask_again(watchers_room(event.user_id))


@on(Followed, Unfollowed)
def ask_the_followed(event: Followed | Unfollowed) -> None:
    """Whom somebody follows may be among those they show their presence to."""
    if isinstance(event, Unfollowed):
        leave(event.followed_id, presence_room(event.follower_id, Circle.FOLLOWED))
    _ask_if_shown_to(Circle.FOLLOWED, event.follower_id)


@on(Befriended, Unfriended)
def ask_the_friends(event: Befriended | Unfriended) -> None:
    one, other = (event.asker_id, event.friend_id) if isinstance(event, Befriended) else (event.actor_id, event.friend_id)
    if isinstance(event, Unfriended):
        leave(one, presence_room(other, Circle.FRIENDS))
        leave(other, presence_room(one, Circle.FRIENDS))
    _ask_if_shown_to(Circle.FRIENDS, one, other)


@on(Blocked)
def end_presence_between(event: Blocked) -> None:
    for one, other in ((event.blocker_id, event.blocked_id), (event.blocked_id, event.blocker_id)):
        for room in presence_rooms(one):
            leave(other, room)
    ask_again([watchers_room(event.blocker_id), watchers_room(event.blocked_id)])


@on(Unblocked)
def ask_the_unblocked(event: Unblocked) -> None:
    ask_again([watchers_room(event.blocker_id), watchers_room(event.blocked_id)])


def _ask_if_shown_to(circle: Circle, *person_ids: UUID) -> None:
    shown_so = User.objects.filter(pk__in=person_ids, presence_shown_to=circle).values_list("pk", flat=True)
    ask_again(watchers_room(pk) for pk in shown_so)
