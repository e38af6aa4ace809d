from uuid import uuid4

import pytest

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.conversations.services import clear_conversation
from chat.conversations.tests.factories import make_pair
from chat.messages import services
from chat.messages.drafts import Draft, Sent
from chat.messages.models import Message
from chat.messages.services import Reached
from core.errors import Forbidden, Invalid, NotFound
from core.testing.threads import race
from social.graph.services import block

pytestmark = pytest.mark.django_db


def unread(conversation: Conversation, person: User) -> int:
    return Membership.objects.get(conversation=conversation, person=person).unread_count


def test_a_message_gets_the_next_number_and_counts_as_unread_for_the_other() -> None:
    ana, ben, conversation = make_pair()
    sent = [services.send_message(sender=ana, conversation_id=conversation.pk, body=body) for body in ("one", " two ")]
    assert [message.seq for message in sent] == [1, 2]
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["one", "two"]
    conversation.refresh_from_db()
    assert conversation.last_seq == 2
    assert (unread(conversation, ana), unread(conversation, ben)) == (0, 2)


def test_the_same_temp_id_gives_the_same_message() -> None:
    ana, ben, conversation = make_pair()
    first = services.send_message(sender=ana, conversation_id=conversation.pk, body="hello", temp_id="t1")
    again = services.send_message(sender=ana, conversation_id=conversation.pk, body="something else", temp_id="t1")
    other = services.send_message(sender=ben, conversation_id=conversation.pk, body="hello", temp_id="t1")
    assert (again.id, again.seq, again.created_at, again.is_new) == (first.id, 1, first.created_at, False)
    assert other.seq == 2
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_changes_at_the_same_time_get_numbers_without_gaps() -> None:
    ana, ben, conversation = make_pair()
    sent = [services.send_message(sender=sender, conversation_id=conversation.pk, body="x") for sender in (ana, ben) for _ in range(4)]

    def change(number: int) -> None:
        actor = (ana, ben)[number // 4]
        if number % 2:
            services.delete_message(actor=actor, message_id=sent[number].id)
        else:
            services.edit_message(actor=actor, message_id=sent[number].id, body="y")

    assert race(change, threads=8) == [None] * 8
    assert list(Message.objects.order_by("change").values_list("change", flat=True)) == list(range(1, 9))
    conversation.refresh_from_db()
    assert conversation.last_change == 8


def test_what_changes_nothing_gets_no_number() -> None:
    ana, ben, conversation = make_pair()
    sent = services.send_message(sender=ana, conversation_id=conversation.pk, body="hello")
    services.edit_message(actor=ana, message_id=sent.id, body=" hello ")
    services.hide_message(actor=ben, message_id=sent.id)
    with pytest.raises(NotFound):
        services.delete_message(actor=ben, message_id=sent.id)
    services.delete_message(actor=ana, message_id=sent.id)
    services.delete_message(actor=ana, message_id=sent.id)
    assert Message.objects.get().change == 1
    conversation.refresh_from_db()
    assert conversation.last_change == 1


def test_a_draft_that_is_refused_leaves_its_neighbours_alone() -> None:
    ana, ben, conversation = make_pair()
    foreign = make_pair()[2]
    drafts = [
        Draft(ana.pk, conversation.pk, "one", "a"),
        Draft(ana.pk, foreign.pk, "not mine", "b"),
        Draft(ben.pk, conversation.pk, "two", "c", reply_to=uuid4()),
        Draft(ana.pk, uuid4(), "nowhere", "d"),
        Draft(ana.pk, conversation.pk, "one", "a"),
        Draft(ben.pk, conversation.pk, "three", "e"),
        Draft(uuid4(), conversation.pk, "nobody", "f"),
    ]
    results = services.send_messages(drafts=drafts).results
    assert [result.seq if isinstance(result, Sent) else result.code for result in results] == [
        1, "not_found", "reply_not_found", "not_found", 1, 2, "not_found",
    ]  # fmt: skip
    assert [result.is_new for result in results if isinstance(result, Sent)] == [True, True, True]
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_draft_the_database_refuses_leaves_its_neighbours_alone() -> None:
    ana, _, conversation = make_pair()
    drafts = [Draft(ana.pk, conversation.pk, body, temp_id) for body, temp_id in (("one", "a"), ("x" * 10_001, "b"), ("two", "c"))]
    results = services.send_messages(drafts=drafts).results
    assert [result.seq if isinstance(result, Sent) else result.code for result in results] == [1, "unavailable", 2]


@pytest.mark.parametrize("body", ["", "  \n", "x" * 10_001, "nul \0", "half \ud800"])
def test_what_is_not_a_message_is_refused(body: str) -> None:
    ana, _, conversation = make_pair()
    with pytest.raises(Invalid):
        services.send_message(sender=ana, conversation_id=conversation.pk, body=body)
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_sends_of_one_temp_id_make_one_message() -> None:
    ana, _, conversation = make_pair()

    def send(_: int) -> Sent:
        return services.send_message(sender=ana, conversation_id=conversation.pk, body="once", temp_id="only")

    results = race(send, threads=50)
    assert {isinstance(sent, Sent) and (sent.id, sent.seq) for sent in results} == {(Message.objects.get().pk, 1)}
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_when_many_send_at_once_in_batches_over_several_conversations() -> None:
    pairs = [make_pair() for _ in range(3)]

    def send(number: int) -> None:
        drafts = [Draft(pair[number % 2].pk, pair[2].pk, "hi", f"{number}-{turn}") for turn in range(4) for pair in pairs]
        results = services.send_messages(drafts=drafts[::-1] if number % 2 else drafts).results
        assert all(isinstance(result, Sent) for result in results)

    assert race(send, threads=12) == [None] * 12
    for one, other, conversation in pairs:
        assert list(Message.objects.filter(conversation=conversation).order_by("seq").values_list("seq", flat=True)) == list(range(1, 49))
        assert (unread(conversation, one), unread(conversation, other)) == (24, 24)


def test_a_block_ends_sending_both_ways_the_same_message_again_included() -> None:
    ana, ben, conversation = make_pair()
    services.send_message(sender=ana, conversation_id=conversation.pk, body="hello", temp_id="t1")
    block(actor=ben, target=ana)
    for person in (ana, ben):
        with pytest.raises(NotFound):
            services.send_message(sender=person, conversation_id=conversation.pk, body="hello", temp_id="t1")
    assert Message.objects.count() == 1


def test_reading_counts_what_is_left_and_never_goes_back() -> None:
    ana, ben, conversation = make_pair()
    for number in range(5):
        services.send_message(sender=(ana, ben)[number == 2], conversation_id=conversation.pk, body=str(number))
    assert unread(conversation, ben) == 4
    assert services.mark_read(actor=ben, conversation_id=conversation.pk, seq=2).unread_count == 2
    membership = services.mark_read(actor=ben, conversation_id=conversation.pk, seq=1)
    assert (membership.read_seq, membership.delivered_seq, membership.unread_count) == (2, 2, 2)
    membership = services.mark_read(actor=ben, conversation_id=conversation.pk)
    assert (membership.read_seq, membership.shown_read_seq, membership.unread_count) == (5, 5, 0)


def test_who_sends_no_receipts_reads_unseen() -> None:
    ana, ben, conversation = make_pair()
    ben.sends_read_receipts = False
    ben.save()
    services.send_message(sender=ana, conversation_id=conversation.pk, body="hello")
    membership = services.mark_read(actor=ben, conversation_id=conversation.pk)
    assert (membership.read_seq, membership.delivered_seq, membership.shown_read_seq, membership.unread_count) == (1, 1, 0, 0)


def test_receipts_travel_in_batches_and_strangers_are_refused() -> None:
    ana, ben, conversation = make_pair()
    services.send_message(sender=ana, conversation_id=conversation.pk, body="hello")
    stranger = UserFactory.create()
    moved = services.move_receipts(
        reached=[
            Reached(ben.pk, conversation.pk, delivered_seq=1),
            Reached(ben.pk, conversation.pk, read_seq=1),
            Reached(stranger.pk, conversation.pk, read_seq=1),
            Reached(ana.pk, conversation.pk, delivered_seq=99),
        ]
    )
    assert moved.refused == {(stranger.pk, conversation.pk)}
    assert Membership.objects.get(conversation=conversation, person=ben).shown_read_seq == 1
    assert Membership.objects.get(conversation=conversation, person=ana).delivered_seq == 1


def test_only_the_sender_edits_and_deletes_for_everyone() -> None:
    ana, ben, conversation = make_pair()
    sent = services.send_message(sender=ana, conversation_id=conversation.pk, body="helo")
    with pytest.raises(Forbidden):
        services.edit_message(actor=ben, message_id=sent.id, body="hacked")
    with pytest.raises(Forbidden):
        services.delete_message(actor=ben, message_id=sent.id)
    for act in (services.delete_message, services.hide_message):
        with pytest.raises(NotFound):
            act(actor=UserFactory.create(), message_id=sent.id)
    assert Message.objects.get().body == "helo"
    edited = services.edit_message(actor=ana, message_id=sent.id, body="hello")
    assert edited.body == "hello"
    assert edited.edited_at is not None


def test_a_message_deleted_for_everyone_keeps_its_number_and_is_no_longer_unread() -> None:
    ana, ben, conversation = make_pair()
    sent = services.send_message(sender=ana, conversation_id=conversation.pk, body="oops")
    for _ in range(2):
        services.delete_message(actor=ana, message_id=sent.id)
    message = Message.objects.get()
    assert (message.seq, message.body) == (1, "")
    assert message.deleted_at is not None
    assert unread(conversation, ben) == 0
    with pytest.raises(Forbidden):
        services.edit_message(actor=ana, message_id=sent.id, body="back")


def test_a_message_one_hides_stays_for_the_other_and_is_counted_once() -> None:
    ana, ben, conversation = make_pair()
    sent = services.send_message(sender=ana, conversation_id=conversation.pk, body="hello")
    services.hide_message(actor=ben, message_id=sent.id)
    assert not Message.objects.visible_to(ben).exists()
    assert Message.objects.visible_to(ana).exists()
    services.delete_message(actor=ana, message_id=sent.id)
    assert unread(conversation, ben) == 0


def test_a_cleared_conversation_comes_back_with_the_next_message_alone() -> None:
    ana, ben, conversation = make_pair()
    services.send_message(sender=ana, conversation_id=conversation.pk, body="old")
    clear_conversation(actor=ben, conversation_id=conversation.pk)
    assert unread(conversation, ben) == 0
    assert not Membership.objects.listed(ben).exists()
    services.send_message(sender=ana, conversation_id=conversation.pk, body="new")
    assert Membership.objects.listed(ben).get().unread_count == 1
    assert list(Message.objects.visible_to(ben).values_list("body", flat=True)) == ["new"]
    assert Message.objects.visible_to(ana).count() == 2
