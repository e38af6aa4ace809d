"""Where one may write, over every combination of blocks and kinds: the statement that knows by hand against the queryset of conversations."""

from itertools import product
from typing import Any, LiteralString

import pytest
from django.db import connection

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.messages.drafts import Draft, Sent
from chat.messages.models import Message
from chat.messages.services import send_messages
from chat.messages.services.scene import LOCK, ONE_PLAN, OPEN, lock_scene
from chat.messages.services.sending import EARLIER, HIDDEN
from core.statements import fetch, together
from social.graph.models import Block

pytestmark = pytest.mark.django_db

STATEMENTS = 7  # that sending plans: how to plan, lock, who may write, sent before, hidden, write, event
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
    people.append(UserFactory.create())
    conversations.append(make_conversation("group", [people[-1], people[1], outsider]))  # somebody blocked is in the same group
    with together() as ask:
        read = lock_scene(ask, {(person.pk, conversation.pk) for person in people for conversation in conversations})
    visible = {(person.pk, pk) for person in people for pk in Conversation.objects.visible_to(person).values_list("pk", flat=True)}
    assert read().open == visible
    assert len(visible) == 2 * len(BLOCKS) + 2 * 2 + 3, "groups, the two direct ones that nobody closed, and the last group"


def test_sending_reads_no_table_whole_however_small_it_is() -> None:
    """A plan lasts as long as its connection, and tables grow."""
    people = UserFactory.create_batch(2)
    conversation = make_conversation("group", people)
    message = Message.objects.create(conversation=conversation, seq=1, sender=people[0], temp_id="a", body="Hello")
    values = {"people": [people[0].pk], "conversations": [conversation.pk], "temp_ids": [message.temp_id]}

    def reads_whole(sql: LiteralString) -> bool:
        return any("Seq Scan" in line for (line,) in fetch(f"EXPLAIN {sql}", values))

    fetch("SET LOCAL random_page_cost = 1e6", {})  # as good as a small table: whatever an index leads to is dear
    asked: list[LiteralString] = [LOCK, OPEN, HIDDEN, EARLIER]
    assert all(reads_whole(sql) for sql in asked), "else there is nothing to be prevented"
    fetch(ONE_PLAN, {})
    assert not any(reads_whole(sql) for sql in asked)


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
