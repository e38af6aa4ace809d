"""Two people send, edit, delete, read, block, leave and come back in any order; a model that is a plain list says what must then be true.

Every run of the suite tries some runs; ``pytest chat/messages/tests/test_machine.py --hypothesis-profile=thorough`` goes on for half an hour.
"""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.conversations.services import clear_conversation
from chat.conversations.tests.factories import make_direct
from chat.messages import services
from chat.messages.models import Message
from chat.messages.selectors import changes_missed_by, conversation_list, missed_by, unread_counts
from core.errors import Forbidden, NotFound
from social.graph.services import block, unblock

WHO = st.sampled_from([0, 1])


@dataclass
class Line:
    """A message as the model knows it."""

    pk: UUID
    sender: int
    temp_id: str
    body: str
    change: int = 0
    hidden_from: set[int] = field(default_factory=set)


class Chat(RuleBasedStateMachine):
    """Positions in ``lines`` are numbers less one."""

    people: list[User]
    conversation: Conversation

    @initialize()
    def meet(self) -> None:
        self.people = [UserFactory.create(), UserFactory.create()]
        self.conversation = make_direct(*self.people)
        self.lines: list[Line] = []
        self.read = [0, 0]
        self.cleared = [0, 0]
        self.listed = [True, True]
        self.seen = [0, 0]
        self.changes = 0
        self.seen_change = [0, 0]
        self.blocks: set[int] = set()

    @rule(who=WHO, body=st.text("ab", min_size=1, max_size=3), temp_id=st.sampled_from("xyz"))
    def send(self, who: int, body: str, temp_id: str) -> None:
        known = next((number for number, line in enumerate(self.lines, 1) if (line.sender, line.temp_id) == (who, temp_id)), None)
        if self.blocks:
            with pytest.raises(NotFound):
                services.send_message(sender=self.people[who], conversation_id=self.conversation.pk, body=body, temp_id=temp_id)
            return
        sent = services.send_message(sender=self.people[who], conversation_id=self.conversation.pk, body=body, temp_id=temp_id)
        assert (sent.seq, sent.is_new) == (known or len(self.lines) + 1, known is None)
        if known is None:
            self.lines.append(Line(sent.id, who, temp_id, body))
            self.listed = [True, True]

    @rule(who=WHO, body=st.text("cd", min_size=1, max_size=3))
    def send_something_new(self, who: int, body: str) -> None:
        if not self.blocks:
            sent = services.send_message(sender=self.people[who], conversation_id=self.conversation.pk, body=body)
            self.lines.append(Line(sent.id, who, "", body))
            self.listed = [True, True]

    @precondition(lambda self: self.lines)
    @rule(who=WHO, data=st.data())
    def edit(self, who: int, data: st.DataObject) -> None:
        number, line = self.pick(data)
        if not self.visible(who, number, line):
            with pytest.raises(NotFound):
                services.edit_message(actor=self.people[who], message_id=line.pk, body="edited")
        elif line.sender != who or not line.body:
            with pytest.raises(Forbidden):
                services.edit_message(actor=self.people[who], message_id=line.pk, body="edited")
        else:
            services.edit_message(actor=self.people[who], message_id=line.pk, body="edited")
            if line.body != "edited":
                self.changed(line)
            line.body = "edited"

    @precondition(lambda self: self.lines)
    @rule(who=WHO, data=st.data())
    def delete(self, who: int, data: st.DataObject) -> None:
        number, line = self.pick(data)
        if not self.visible(who, number, line):
            with pytest.raises(NotFound):
                services.delete_message(actor=self.people[who], message_id=line.pk)
        elif line.sender != who:
            with pytest.raises(Forbidden):
                services.delete_message(actor=self.people[who], message_id=line.pk)
        else:
            services.delete_message(actor=self.people[who], message_id=line.pk)
            if line.body:
                self.changed(line)
            line.body = ""

    @precondition(lambda self: self.lines)
    @rule(who=WHO, data=st.data())
    def hide(self, who: int, data: st.DataObject) -> None:
        number, line = self.pick(data)
        if not self.visible(who, number, line):
            with pytest.raises(NotFound):
                services.hide_message(actor=self.people[who], message_id=line.pk)
        else:
            services.hide_message(actor=self.people[who], message_id=line.pk)
            line.hidden_from.add(who)

    @rule(who=WHO, seq=st.integers(1, 12))
    def mark_read(self, who: int, seq: int) -> None:
        if self.blocks:
            with pytest.raises(NotFound):
                services.mark_read(actor=self.people[who], conversation_id=self.conversation.pk, seq=seq)
        else:
            services.mark_read(actor=self.people[who], conversation_id=self.conversation.pk, seq=seq)
            self.read[who] = max(self.read[who], min(seq, len(self.lines)))

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        if self.blocks:
            with pytest.raises(NotFound):
                clear_conversation(actor=self.people[who], conversation_id=self.conversation.pk)
        else:
            clear_conversation(actor=self.people[who], conversation_id=self.conversation.pk)
            self.read[who] = self.cleared[who] = len(self.lines)
            self.listed[who] = False

    @rule(who=WHO)
    def block(self, who: int) -> None:
        block(actor=self.people[who], target=self.people[1 - who])
        self.blocks.add(who)

    @rule(who=WHO)
    def unblock(self, who: int) -> None:
        unblock(actor=self.people[who], target=self.people[1 - who])
        self.blocks.discard(who)

    @rule(who=WHO)
    def reconnect(self, who: int) -> None:
        """Whoever comes back gets exactly what they have not seen and may see, in order, once: new messages, then what was changed of the others."""
        if self.blocks:
            with pytest.raises(NotFound):
                missed_by(self.people[who], self.conversation.pk, after_seq=self.seen[who], limit=2)
            with pytest.raises(NotFound):
                changes_missed_by(self.people[who], self.conversation.pk, after_change=self.seen_change[who], limit=2)
            return
        got: list[tuple[int, str]] = []
        after, complete, known = self.seen[who], False, None
        while not complete:
            missed = missed_by(self.people[who], self.conversation.pk, after_seq=after, limit=2)
            known = known or (self.seen[who], missed.change)
            got += [(message.seq, message.body) for message in missed.messages]
            after, complete = (got[-1][0] if got else after), missed.is_complete
        expected = [(number, line.body) for number, line in enumerate(self.lines, 1) if number > self.seen[who] and self.visible(who, number, line)]
        assert got == expected
        changed = [
            (line.change, number, line.body)
            for number, line in enumerate(self.lines, 1)
            if line.change > self.seen_change[who] and number <= self.seen[who] and self.visible(who, number, line)
        ]
        assert self.changes_since(who, known) == sorted(changed)
        self.seen[who] = len(self.lines)
        self.seen_change[who] = self.changes

    @rule(who=WHO)
    def ask_for_changes(self, who: int) -> None:
        """Whoever saw a number left out gets every message changed since, as it is now."""
        if not self.blocks:
            changed = [
                (line.change, number, line.body)
                for number, line in enumerate(self.lines, 1)
                if line.change > self.seen_change[who] and self.visible(who, number, line)
            ]
            assert self.changes_since(who, None) == sorted(changed)
            self.seen_change[who] = self.changes

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        if hasattr(self, "conversation"):
            stored = list(Message.objects.filter(conversation=self.conversation).order_by("seq").values_list("seq", "pk", "body", "change"))
            assert stored == [(number, line.pk, line.body, line.change or None) for number, line in enumerate(self.lines, 1)]
            self.conversation.refresh_from_db()
            assert (self.conversation.last_seq, self.conversation.last_change) == (len(self.lines), self.changes)

    @invariant()
    def each_sees_what_they_should(self) -> None:
        if not hasattr(self, "conversation"):
            return
        for who, person in enumerate(self.people):
            visible = [line.pk for number, line in enumerate(self.lines, 1) if self.visible(who, number, line)]
            assert list(Message.objects.visible_to(person).order_by("seq").values_list("pk", flat=True)) == visible
            unread = sum(
                number > self.read[who] and line.sender != who and line.body != "" and who not in line.hidden_from
                for number, line in enumerate(self.lines, 1)
            )
            assert Membership.objects.get(conversation=self.conversation, person=person).unread_count == unread
            assert sum(unread_counts(person).values()) == (unread if self.listed[who] and not self.blocks else 0)
            assert len(conversation_list(person).items) == (self.listed[who] and not self.blocks)

    def changed(self, line: Line) -> None:
        self.changes += 1
        line.change = self.changes

    def changes_since(self, who: int, known: tuple[int, int] | None) -> list[tuple[int, int, str]]:
        """What a client is told that asks until it has everything."""
        got: list[tuple[int, int, str]] = []
        after, head = self.seen_change[who], None
        while after != head:
            missed = changes_missed_by(self.people[who], self.conversation.pk, after_change=after, limit=2, known=known)
            got += [(message.change or 0, message.seq, message.body) for message in missed.messages]
            after, head = missed.last_change, missed.head
        return got

    def pick(self, data: st.DataObject) -> tuple[int, Line]:
        return data.draw(st.sampled_from(list(enumerate(self.lines, 1))))

    def visible(self, who: int, number: int, line: Line) -> bool:
        return not self.blocks and number > self.cleared[who] and who not in line.hidden_from


class ChatMachine(Chat.TestCase, TestCase):  # type: ignore[misc,valid-type]
    """Each run in a transaction of its own."""

    # A fifth of the examples of the profile (see ``core.testing.plugin``): each is a thousand statements.
    settings = settings(  # type: ignore[assignment]
        max_examples=settings().max_examples // 5, suppress_health_check=list(HealthCheck)
    )
