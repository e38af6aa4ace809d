"""Where one may write, over every combination of blocks and kinds: the statement that knows by hand against the queryset of conversations."""

from itertools import product

import pytest

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.messages.services.scene import lock_scene
from core.statements import together
from social.graph.models import Block

pytestmark = pytest.mark.django_db

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
