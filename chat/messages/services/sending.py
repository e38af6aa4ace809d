"""Sending, many messages in one transaction.

The statements are written by hand: this is the one path whose cost decides how many people a machine carries. A batch takes the same three
round trips whether it holds one message or a hundred: lock the conversations and read who may write and what was sent before; insert, count and
record the event; commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from accounts.users.models import User
from chat.messages import recent
from chat.messages.drafts import Draft, Sent, clean_body, clean_temp_id
from chat.messages.events import MessagesSent
from chat.messages.services.scene import lock_scene
from chat.messages.wire import QUOTE_LENGTH, MessageNew, Quote
from core.errors import DomainError, NotFound, Unavailable
from core.events import outbox
from core.models import uuid7
from core.statements import Answer, Ask, together

log = structlog.get_logger(__name__)
Key = tuple[UUID, UUID, str]
Quotes = dict[UUID, tuple[UUID, Quote]]  # the messages replied to, with the conversation each is in
NOT_YET = Unavailable()  # stands for the result of a draft until its row is written

EARLIER = """
SELECT m.sender_id, m.conversation_id, m.temp_id, m.id, m.seq, m.created_at
FROM unnest(%(people)s::uuid[], %(conversations)s::uuid[], %(temp_ids)s::text[]) AS draft (sender_id, conversation_id, temp_id)
JOIN chat_messages_message m USING (sender_id, conversation_id, temp_id)
"""

REPLIED_TO = """
SELECT id, conversation_id, seq, sender_id, left(body, %(length)s) FROM chat_messages_message WHERE id = ANY(%(ids)s) AND deleted_at IS NULL
"""

HIDDEN = """
SELECT conversation_id, person_id FROM chat_conversations_membership WHERE conversation_id = ANY(%(conversations)s) AND hidden_at IS NOT NULL
"""

# The time is the database's, taken with the conversation locked: within a conversation it never runs backwards, whatever the servers' clocks say.
# The messages of one conversation stand side by side, from ``first`` to ``last``: of them, those by others become unread. So a room of a hundred
# takes no more to say than a conversation of two.
WRITE = """
WITH message AS (
    INSERT INTO chat_messages_message (id, created_at, conversation_id, seq, sender_id, temp_id, body, reply_to_id)
    SELECT id, statement_timestamp(), conversation_id, seq, sender_id, temp_id, body, reply_to_id
    FROM unnest(%(ids)s::uuid[], %(conversation_of_each)s::uuid[], %(seqs)s::bigint[], %(senders)s::uuid[], %(temp_ids)s::text[], %(bodies)s::text[],
        %(replies)s::uuid[]) AS new (id, conversation_id, seq, sender_id, temp_id, body, reply_to_id)
), head AS (
    UPDATE chat_conversations_conversation c SET last_seq = new.last_seq, last_message_at = statement_timestamp()
    FROM unnest(%(conversations)s::uuid[], %(last_seqs)s::bigint[]) AS new (id, last_seq) WHERE c.id = new.id
), place AS (
    UPDATE chat_conversations_membership m SET active_at = statement_timestamp(), hidden_at = NULL,
        unread_count = m.unread_count + 1 + last - first - cardinality(array_positions((%(senders)s::uuid[])[first:last], m.person_id))
    FROM unnest(%(conversations)s::uuid[], %(firsts)s::int[], %(lasts)s::int[]) AS new (conversation_id, first, last)
    WHERE m.conversation_id = new.conversation_id
)
SELECT statement_timestamp()
"""


@dataclass(slots=True)
class Batch:
    """What became of each draft, in their order, and the event that is still to be handed over."""

    results: list[Sent | DomainError]
    recorded: list[outbox.Recorded] = field(default_factory=list)


def send_messages(*, drafts: Sequence[Draft]) -> Batch:
    """Send what can be sent; a draft that cannot leaves its neighbours alone.

    A draft whose ``key`` was sent before gives that message again, whatever its words are now.

    Args:
        drafts: bodies and temp_ids are clean (``chat.messages.drafts``).

    Refusals, in place of a result: NotFound (not the sender's conversation, or closed by a block), NotFound("reply_not_found"), Unavailable.
    Events: MessagesSent, recorded; the caller tells and settles ``Batch.recorded``.
    """
    try:
        return _send_together(drafts)
    except (OperationalError, InterfaceError):
        log.exception("messages_not_sent", drafts=len(drafts))
        connection.close()
        return Batch([Unavailable() for _ in drafts])
    except DatabaseError:
        if len(drafts) == 1:
            log.exception("message_not_sent", conversation=str(drafts[0].conversation_id))
            return Batch([Unavailable()])
        alone = [send_messages(drafts=[draft]) for draft in drafts]
        return Batch([result for batch in alone for result in batch.results], [row for batch in alone for row in batch.recorded])


def _send_together(drafts: Sequence[Draft]) -> Batch:
    outcomes: dict[Key, Sent | DomainError] = {}
    recorded: list[outbox.Recorded] = []
    with transaction.atomic():
        with together() as ask:
            read_scene = lock_scene(ask, {(draft.sender_id, draft.conversation_id) for draft in drafts})
            read_sent_before = _sent_before(ask, drafts)
            read_quotes = _quotes(ask, drafts)
            hidden = ask(HIDDEN, {"conversations": list({draft.conversation_id for draft in drafts})})
        scene, sent_before, quotes = read_scene(), read_sent_before(), read_quotes()
        new: list[tuple[UUID, int, Draft]] = []
        for draft in drafts:
            key = draft.key
            if key in outcomes:
                continue
            is_open = (draft.sender_id, draft.conversation_id) in scene.open
            if earlier := sent_before.get(key):
                outcomes[key] = earlier if is_open else NotFound()
            elif refusal := _refusal(draft, is_open, quotes):
                outcomes[key] = refusal
            else:
                seq = scene.heads[draft.conversation_id] = scene.heads[draft.conversation_id] + 1
                new.append((uuid7(), seq, draft))
                outcomes[key] = NOT_YET
        if new:
            reached = {draft.conversation_id for _, _, draft in new}
            revived = [(conversation, person) for conversation, person in hidden.rows if conversation in reached]
            with together() as ask:
                written = _write(ask, new)
                recorded = outbox.record(MessagesSent(message_ids=[pk for pk, _, _ in new], revived=revived), ask)
            [(created_at,)] = written.rows
            for pk, seq, draft in new:
                outcomes[draft.key] = Sent(pk, seq, created_at, draft, is_new=True)
    if recorded:
        recent.remember(_payload(sent, quotes) for sent in outcomes.values() if isinstance(sent, Sent) and sent.is_new)
    return Batch([outcomes[draft.key] for draft in drafts], recorded)


def _refusal(draft: Draft, is_open: bool, quotes: Quotes) -> DomainError | None:
    if not is_open:
        return NotFound()
    if draft.reply_to is not None and (draft.reply_to not in quotes or quotes[draft.reply_to][0] != draft.conversation_id):
        return NotFound("The message replied to is not there.", code="reply_not_found")
    return None


def _sent_before(ask: Ask, drafts: Sequence[Draft]) -> Callable[[], dict[Key, Sent]]:
    """What is a message already. Asked with the conversations locked: nobody else sends the same draft in the meantime."""
    by_key = {draft.key: draft for draft in drafts}
    people, conversations, temp_ids = ([*column] for column in zip(*by_key, strict=True))
    answer = ask(EARLIER, {"people": people, "conversations": conversations, "temp_ids": temp_ids})

    def read() -> dict[Key, Sent]:
        found = {}
        for sender, conversation, temp_id, pk, seq, created_at in answer.rows:
            key = (sender, conversation, temp_id)
            found[key] = Sent(pk, seq, created_at, by_key[key], is_new=False)
        return found

    return read


def _quotes(ask: Ask, drafts: Sequence[Draft]) -> Callable[[], Quotes]:
    replied_to = list({draft.reply_to for draft in drafts if draft.reply_to is not None})
    if not replied_to:
        return dict
    answer = ask(REPLIED_TO, {"length": QUOTE_LENGTH, "ids": replied_to})
    return lambda: {pk: (conversation, Quote(id=pk, seq=seq, sender=sender, body=body)) for pk, conversation, seq, sender, body in answer.rows}


def _write(ask: Ask, new: Sequence[tuple[UUID, int, Draft]]) -> Answer:
    """Insert the messages, raise the heads, count what became unread. Answers with the time of it."""
    new = sorted(new, key=lambda one: one[2].conversation_id)
    lasts = {draft.conversation_id: (number, seq) for number, (_, seq, draft) in enumerate(new, 1)}
    return ask(
        WRITE,
        {
            "ids": [pk for pk, _, _ in new],
            "conversation_of_each": [draft.conversation_id for _, _, draft in new],
            "seqs": [seq for _, seq, _ in new],
            "senders": [draft.sender_id for _, _, draft in new],
            "temp_ids": [draft.temp_id for _, _, draft in new],
            "bodies": [draft.body for _, _, draft in new],
            "replies": [draft.reply_to for _, _, draft in new],
            "conversations": list(lasts),
            "last_seqs": [seq for _, seq in lasts.values()],
            "firsts": [1, *(number + 1 for number, _ in lasts.values())][:-1],
            "lasts": [number for number, _ in lasts.values()],
        },
    )


def _payload(sent: Sent, quotes: Quotes) -> recent.Payload:
    draft = sent.draft
    message = MessageNew(
        id=sent.id,
        conversation=draft.conversation_id,
        seq=sent.seq,
        sender=draft.sender_id,
        temp_id=draft.temp_id,
        body=draft.body,
        reply_to=quotes[draft.reply_to][1] if draft.reply_to else None,
        created_at=sent.created_at,
        edited_at=None,
        deleted_at=None,
    )
    return recent.Payload(message, draft.origin)


def send_message(*, sender: User, conversation_id: UUID, body: str, temp_id: str = "", reply_to: UUID | None = None) -> Sent:
    """Send one message, and tell everyone before returning.

    Args:
        temp_id: the sender's name for it; empty for one that will not be sent again.

    Raises:
        Invalid: as ``clean_body`` and ``clean_temp_id`` say.
        NotFound, NotFound("reply_not_found"), Unavailable: as ``send_messages`` says.
    Events: MessagesSent.
    """
    draft = Draft(sender.pk, conversation_id, clean_body(body), clean_temp_id(temp_id) if temp_id else uuid7().hex, reply_to)
    batch = send_messages(drafts=[draft])
    transaction.on_commit(lambda: outbox.hand_over(batch.recorded))
    if isinstance(result := batch.results[0], DomainError):
        raise result
    return result
