"""Where one may write, over every combination of blocks and kinds: the statement that knows by hand against the queryset of conversations."""

from itertools import product
from typing import Any

import pytest
from django.db import connection

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.messages.drafts import Draft, Sent
from chat.messages.models import Message
from chat.messages.services import send_messages
from chat.messages.services.scene import LOCK, MEMBERS, lock_scene
from chat.messages.services.sending import EARLIER
from core.statements import together
from social.graph.models import Block

pytestmark = pytest.mark.django_db

STATEMENTS = 5  # that sending prepares: how to plan, lock, members, what was sent before, write
BLOCKS = list(product((False, True), repeat=3))  # the first the second, the second the first, the first somebody else


def make_conversation(kind: str, people: list[User]) -> Conversation:
    key = ":".join(sorted(person.pk.hex for person in people)) if kind == "direct" else None
    conversation = Conversation.objects.create(kind=kind, direct_key=key and key[:64])
    Membership.objects.bulk_create(Membership(conversation=conversation, person=person) for person in people)
    return conversation


def test_writing_and_reading_agree_on_who_is_in_which_conversation() -> None:
    outsider = UserFactory.create()
    people, conversations = [outsider], []
    for kind, (first_blocks, second_blocks, blocks_another) in product(("direct", "group"), BLOCKS):
        first, second = UserFactory.create_batch(2)
        pairs = [(first, second, first_blocks), (second, first, second_blocks), (first, outsider, blocks_another)]
        Block.objects.bulk_create(Block(blocker=blocker, blocked=blocked) for blocker, blocked, holds in pairs if holds)
        people += [first, second]
        conversations.append(make_conversation(kind, [first, second]))
    third = UserFactory.create()
    conversations.append(make_conversation("group", [third, people[1], outsider]))  # somebody blocked is in the same group
    with together() as ask:
        scene = lock_scene(ask, [conversation.pk for conversation in conversations])
    known = scene()
    for person in [*people, third]:
        visible = set(Conversation.objects.visible_to(person).values_list("pk", flat=True))
        assert {conversation.pk for conversation in conversations if known.is_open_to(person.pk, conversation.pk)} == visible, person
    assert known.closed == {
        conversation.pk
        for conversation, (kind, (mine, theirs, _)) in zip(conversations, product(("direct", "group"), BLOCKS), strict=False)
        if kind == "direct" and (mine or theirs)
    }


def test_sending_reads_no_table_whole_however_small_it_is() -> None:
    """A plan lasts as long as its connection, and tables grow."""
    people = UserFactory.create_batch(2)
    conversation = make_conversation("group", people)
    message = Message.objects.create(conversation=conversation, seq=1, sender=people[0], temp_id="a", body="Hello")
    drafts = [[people[0].pk], [conversation.pk], [message.temp_id]]

    def reads_whole(cursor: Any, sql: str, values: list[Any]) -> bool:
        cursor.execute(f"EXPLAIN {sql}", values)
        return any("Seq Scan" in line for (line,) in cursor.fetchall())

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 1e6")  # as good as a small table: whatever an index leads to is dear
        asked: list[tuple[str, list[Any]]] = [(LOCK, [[conversation.pk]]), (MEMBERS, [[conversation.pk]]), (EARLIER, drafts)]
        assert all(reads_whole(cursor, sql, values) for sql, values in asked), "else there is nothing to be prevented"
        with together() as ask:
            lock_scene(ask, [conversation.pk])
        assert not any(reads_whole(cursor, sql, values) for sql, values in asked)


def test_sending_plans_its_statements_once() -> None:
    person = UserFactory.create()
    conversation = make_conversation("group", [person, UserFactory.create()])

    def plans() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(generic_plans), 0), coalesce(sum(custom_plans), 0) FROM pg_prepared_statements")
            return cursor.fetchone()

    generic, custom = plans()
    for number in range(3):
        (sent,) = send_messages(drafts=[Draft(person.pk, conversation.pk, "Hello", str(number))]).results
        assert isinstance(sent, Sent)
    assert plans() == (generic + 3 * STATEMENTS, custom)
