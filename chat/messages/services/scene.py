"""What the batched services know of the conversations they write to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from core.statements import Ask

# Until the transaction ends. A table that is small, or was when the statement was planned, PostgreSQL would rather read whole, with all the rows of
# it that updates have left behind. And it would plan anew for the values at hand, each time: a third of its work on a message that travels alone.
ONE_PLAN = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true)
"""
LOCK = "SELECT id, last_seq FROM chat_conversations_conversation WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

# ``blocks``: in a conversation of two, this one blocks the other.
MEMBERS = """
SELECT m.conversation_id, m.person_id, m.hidden_at IS NOT NULL, EXISTS (
    SELECT 1 FROM chat_conversations_membership other
    JOIN social_graph_block block ON block.blocker_id = m.person_id AND block.blocked_id = other.person_id
    JOIN chat_conversations_conversation c ON c.id = m.conversation_id AND c.kind = 'direct'
    WHERE other.conversation_id = m.conversation_id
) AS blocks
FROM chat_conversations_membership m WHERE m.conversation_id = ANY(%s)
"""


@dataclass(slots=True)
class Scene:
    """Conversations held by this transaction. ``members`` says of each person whether they had deleted the conversation."""

    heads: dict[UUID, int]
    members: dict[UUID, dict[UUID, bool]] = field(default_factory=dict)
    closed: set[UUID] = field(default_factory=set)

    def is_open_to(self, person_id: UUID, conversation_id: UUID) -> bool:
        """Whether the person is in the conversation and no block closes it."""
        return person_id in self.members.get(conversation_id, ()) and conversation_id not in self.closed


def lock_scene(ask: Ask, conversation_ids: Iterable[UUID]) -> Callable[[], Scene]:
    """Lock the conversations, then read who is in them. What is returned gives the scene, once the answers are there.

    The rest of the transaction keeps to indexes, and to plans that are made once.
    """
    ids = list(conversation_ids)
    ask(ONE_PLAN, [])
    heads, members = ask(LOCK, [ids]), ask(MEMBERS, [ids])

    def read() -> Scene:
        scene = Scene(dict(heads.fetchall()))
        for conversation_id, person_id, is_hidden, blocks in members.fetchall():
            scene.members.setdefault(conversation_id, {})[person_id] = is_hidden
            if blocks:
                scene.closed.add(conversation_id)
        return scene

    return read
