"""Reads of conversations without their messages; ``chat.messages.selectors`` reads the two together."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import UUIDField

from accounts.users.models import User
from chat.conversations.models import Conversation, Membership, direct_key
from chat.conversations.policies import can_start_conversation
from core.errors import NotFound
from core.queries import Ask, Prepared, asked, columns, somebody, take
from social.graph.querysets import exclude_blocked


def conversation_for(viewer: User | None, conversation_id: UUID) -> Conversation:
    """The conversation, where it exists for the viewer. Raises NotFound, also for one the viewer is not in."""
    conversation = Conversation.objects.visible_to(viewer).filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound
    return conversation


MEMBERSHIP = columns(Membership)
_membership = Prepared(
    lambda viewer, conversation_id: (
        Membership.objects.of(somebody(viewer))
        .filter(conversation=conversation_id)
        .values_list(*MEMBERSHIP, *columns(Conversation, "conversation__"))
    ),
    viewer=UUIDField(),
    conversation_id=UUIDField(),
)


def membership_for(viewer: User, conversation_id: UUID) -> Membership:
    """How the viewer stands in a conversation. Raises NotFound like ``conversation_for``."""
    rows = _membership(viewer=viewer.pk, conversation_id=conversation_id)
    if not rows:
        raise NotFound
    membership = take(Membership, rows[0])
    membership.conversation = take(Conversation, rows[0], len(MEMBERSHIP))
    return membership


_cleared = Prepared(
    lambda viewer, conversation_id: Membership.objects.of(somebody(viewer)).filter(conversation=conversation_id).values_list("cleared_seq"),
    viewer=UUIDField(),
    conversation_id=UUIDField(),
)


def cleared_seq(viewer: User, conversation_id: UUID, *, ask: Ask = asked) -> int:
    """Up to which number the viewer emptied a conversation. Raises NotFound like ``conversation_for``."""
    rows = ask(_cleared, viewer=viewer.pk, conversation_id=conversation_id)
    if not rows:
        raise NotFound
    cleared: int = rows[0][0]
    return cleared


def can_message(viewer: User, person: User) -> bool:
    """Whether the viewer may write to somebody they can see: in the conversation there is, or in a new one."""
    known = Conversation.objects.visible_to(viewer).filter(direct_key=direct_key(viewer.pk, person.pk)).exists()
    return viewer != person and (known or can_start_conversation(viewer, person))


def heads_of(person_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """For each person the conversations they are in, with the number of the newest message, in one query. For the server's own bookkeeping."""
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    memberships = Membership.objects.open().filter(person__in=set(person_ids))
    for person_id, conversation_id, head in memberships.values_list("person_id", "conversation_id", "conversation__last_seq"):
        found.setdefault(person_id, []).append((conversation_id, head))
    return found


class Standing(NamedTuple):
    """How far a conversation has got for one of its people: the numbers of the newest message, the latest change, and the person's latest hiding."""

    last_seq: int
    last_change: int
    last_hiding: int
    membership_id: UUID


def standings(person_id: UUID, conversation_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """Where those of the conversations stand that exist for a person, in one query."""
    mine = Membership.objects.of(somebody(person_id)).filter(conversation__in=list(conversation_ids))
    columns = ("conversation_id", "conversation__last_seq", "conversation__last_change", "last_hiding", "pk")
    return {conversation_id: Standing(*numbers) for conversation_id, *numbers in mine.values_list(*columns)}


def heads(conversation_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The number of the newest message of each conversation, whoever asks: for the server's own bookkeeping."""
    return dict(Conversation.objects.filter(pk__in=list(conversation_ids)).values_list("pk", "last_seq"))


def companion_ids(person: User) -> list[UUID]:
    """Whose lists have a conversation with ``person``, whoever asks; neither blocks the other."""
    theirs = Membership.objects.filter(person=person).values("conversation")
    others = Membership.objects.open().filter(conversation__in=theirs, hidden_at=None).exclude(person=person)
    return list(exclude_blocked(others, person, "person_id").order_by().values_list("person_id", flat=True).distinct())


def member_ids(conversation_id: UUID) -> list[UUID]:
    """Who is in a conversation, whoever asks."""
    return list(Membership.objects.filter(conversation=conversation_id).values_list("person_id", flat=True))
