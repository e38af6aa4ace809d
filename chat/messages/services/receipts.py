"""Delivered and read: watermarks that only rise, many people's in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.users.models import User
from chat.conversations.models import Membership
from chat.messages.events import Receipt, ReceiptsMoved
from chat.messages.services.scene import Place, lock_scene
from core.errors import NotFound
from core.events import outbox
from core.statements import fetch, together

# Only what is new moves; nobody gets past the newest message. What counts as unread is written once more in ``services.changing``.
MOVE = """
WITH reached AS (
    SELECT m.id, p.sends_read_receipts AS shows,
        LEAST(GREATEST(new.delivered, new.read), c.last_seq) AS delivered, LEAST(new.read, c.last_seq) AS read
    FROM unnest(%(people)s::uuid[], %(conversations)s::uuid[], %(delivered)s::bigint[], %(read)s::bigint[])
        AS new (person_id, conversation_id, delivered, read)
    JOIN chat_conversations_membership m USING (conversation_id, person_id)
    JOIN chat_conversations_conversation c ON c.id = m.conversation_id
    JOIN accounts_users_user p ON p.id = m.person_id
)
UPDATE chat_conversations_membership m SET
    delivered_seq = GREATEST(m.delivered_seq, reached.delivered),
    read_seq = GREATEST(m.read_seq, reached.read),
    shown_read_seq = CASE WHEN reached.shows THEN GREATEST(m.shown_read_seq, reached.read) ELSE m.shown_read_seq END,
    unread_count = CASE WHEN reached.read <= m.read_seq THEN m.unread_count ELSE (
        SELECT count(*) FROM chat_messages_message message
        WHERE message.conversation_id = m.conversation_id AND message.seq > reached.read
        AND message.sender_id IS DISTINCT FROM m.person_id AND message.deleted_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM chat_messages_hiddenmessage h WHERE h.person_id = m.person_id AND h.message_id = message.id)
    ) END
FROM reached WHERE m.id = reached.id AND (reached.delivered > m.delivered_seq OR reached.read > m.read_seq)
RETURNING m.conversation_id, m.person_id
"""
MAX_SEQ = 2**62  # past any message


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a person says they got; 0 says nothing. What was read was delivered."""

    person_id: UUID
    conversation_id: UUID
    delivered_seq: int = 0
    read_seq: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a batch: which places were refused, and the event that is still to be handed over."""

    refused: set[Place]
    recorded: list[outbox.Recorded]


def move_receipts(*, reached: Iterable[Reached]) -> Moved:
    """Raise watermarks. Saying less than before, or again, changes nothing; of several words of one person the furthest counts.

    Refusals: a conversation the person is not in, or that a block closes. Events: ReceiptsMoved, recorded.
    """
    furthest: dict[Place, tuple[int, int]] = {}
    for one in reached:
        delivered, read = furthest.get((one.person_id, one.conversation_id), (0, 0))
        furthest[one.person_id, one.conversation_id] = (max(delivered, one.delivered_seq), max(read, one.read_seq))
    with transaction.atomic():
        with together() as ask:
            read_scene = lock_scene(ask, furthest)
        open_ = read_scene().open
        rows = [(*place, *seqs) for place, seqs in furthest.items() if place in open_]
        refused = furthest.keys() - open_
        if not rows:
            return Moved(refused, [])
        written = fetch(MOVE, dict(zip(("people", "conversations", "delivered", "read"), map(list, zip(*rows, strict=True)), strict=True)))
        moved = [Receipt(conversation, person) for conversation, person in written]
        return Moved(refused, outbox.record(ReceiptsMoved(receipts=moved)) if moved else [])


def mark_read(*, actor: User, conversation_id: UUID, seq: int | None = None) -> Membership:
    """Read a conversation up to ``seq``, or to its end. Returns where the actor stands now.

    Raises NotFound. Events: ReceiptsMoved where that is new.
    """
    furthest = MAX_SEQ if seq is None else seq
    moved = move_receipts(reached=[Reached(actor.pk, conversation_id, read_seq=furthest)])
    transaction.on_commit(lambda: outbox.hand_over(moved.recorded))
    if moved.refused:
        raise NotFound
    return Membership.objects.get(conversation=conversation_id, person=actor)
