"""What the batched services know of the conversations they write to."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from core.statements import Ask

# Until the transaction ends. A table that is small, or was when the statement was planned, PostgreSQL would rather read whole, with all the rows of
# it that updates have left behind. And it would plan anew for the values at hand, each time: a third of its work on a message that travels alone.
ONE_PLAN = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true)
"""
LOCK = "SELECT id, last_seq FROM chat_conversations_conversation WHERE id = ANY(%(conversations)s) ORDER BY id FOR NO KEY UPDATE"

# Of the places asked for, those in a conversation the person is in. A direct one stands closed where either of the two blocks the other.
OPEN = """
SELECT m.person_id, m.conversation_id
FROM unnest(%(people)s::uuid[], %(conversations)s::uuid[]) AS asked (person_id, conversation_id)
JOIN chat_conversations_membership m USING (person_id, conversation_id)
WHERE NOT EXISTS (
    SELECT FROM chat_conversations_conversation c
    JOIN chat_conversations_membership other ON other.conversation_id = c.id AND other.person_id <> m.person_id
    JOIN social_graph_block block ON (block.blocker_id = m.person_id AND block.blocked_id = other.person_id)
        OR (block.blocker_id = other.person_id AND block.blocked_id = m.person_id)
    WHERE c.id = m.conversation_id AND c.kind = 'direct'
)
"""

Place = tuple[UUID, UUID]  # a person, and a conversation


@dataclass(frozen=True, slots=True)
class Scene:
    """Conversations held by this transaction, and which of the places asked for are open to their people."""

    heads: dict[UUID, int]
    open: set[Place]


def lock_scene(ask: Ask, places: Collection[Place]) -> Callable[[], Scene]:
    """Lock the conversations, then read who may write in them. What is returned gives the scene, once the answers are there.

    The rest of the transaction keeps to indexes, and to plans that are made once.
    """
    people, conversations = ([*column] for column in zip(*places, strict=True))
    places_asked = {"people": people, "conversations": conversations}
    ask(ONE_PLAN, {})
    heads, open_ = ask(LOCK, places_asked), ask(OPEN, places_asked)
    return lambda: Scene(dict(heads.rows), set(open_.rows))
