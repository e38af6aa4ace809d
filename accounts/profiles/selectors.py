"""A profile as somebody meets it: what its owner shows to some and not to others."""

from datetime import date, datetime
from types import SimpleNamespace

from accounts.users.models import User
from chat.conversations.selectors import can_message
from chat.presence.selectors import presence_of
from social.graph import policies
from social.graph import selectors as graph


class Profile(SimpleNamespace):
    """A person's row and how the viewer stands to it; attributes that are not here are the person's."""

    person: User
    shown_birth_date: date | None
    shown_status: str
    shown_last_seen_at: datetime | None
    presence: str | None
    is_open: bool
    can_message: bool
    follower_count: int
    following_count: int
    following: bool
    followed_by: bool
    requested: bool
    relation: graph.Relation
    friend_count: int
    may_befriend: bool
    mutual_count: int

    def __getattr__(self, name: str) -> object:
        return getattr(self.person, name)


def profile(viewer: User | None, person: User) -> Profile:
    """Everything the head of a profile shows to the viewer, who may meet the person."""
    counts, relation = graph.person_counts(person), graph.relation(viewer, person)
    presence = presence_of(viewer, [person])[person.pk]
    return Profile(
        person=person,
        shown_birth_date=person.birth_date if person.birth_date and policies.lets_in(person, "birth_date_shown_to", viewer) else None,
        shown_status=person.status if presence.state is not None else "",
        shown_last_seen_at=presence.last_seen_at,
        presence=presence.state,
        is_open=policies.can_see_inside(viewer, person),
        can_message=viewer is not None and can_message(viewer, person),
        follower_count=counts.follower_count,
        following_count=counts.following_count,
        following=relation.following,
        followed_by=relation.followed_by,
        requested=relation.requested,
        relation=relation,
        friend_count=counts.friend_count,
        may_befriend=viewer is not None and not relation.friends and policies.can_request_friendship(viewer, person),
        mutual_count=graph.mutual_friends_in_short(viewer, person, names=0)[0] if viewer is not None and viewer != person else 0,
    )
