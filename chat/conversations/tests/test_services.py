import pytest

from accounts.users.models import Circle, User
from accounts.users.tests.factories import UserFactory
from chat.conversations import services
from chat.conversations.models import Conversation, Membership
from chat.conversations.selectors import conversation_for
from chat.conversations.tests.factories import make_pair
from core.errors import DomainError, Invalid, NotFound
from core.testing.threads import race
from social.graph.services import block, follow, unblock

pytestmark = pytest.mark.django_db


def refusal(actor: User, target: User) -> DomainError:
    with pytest.raises(NotFound) as refused:
        services.create_direct(actor=actor, target=target)
    return refused.value


def test_creating_twice_and_from_both_sides_gives_one_conversation() -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    first = services.create_direct(actor=ana, target=ben)
    assert services.create_direct(actor=ana, target=ben) == first
    assert services.create_direct(actor=ben, target=ana) == first
    assert {member.person for member in Membership.objects.filter(conversation=first)} == {ana, ben}


@pytest.mark.django_db(transaction=True)
def test_fifty_creating_at_once_from_both_sides_get_one_conversation() -> None:
    ana, ben = UserFactory.create(), UserFactory.create()

    def create(number: int) -> Conversation:
        return services.create_direct(actor=(ana, ben)[number % 2], target=(ben, ana)[number % 2])

    assert len(set(race(create, threads=50))) == 1
    assert Conversation.objects.count() == 1
    assert Membership.objects.count() == 2


def test_nobody_talks_with_oneself() -> None:
    ana = UserFactory.create()
    with pytest.raises(Invalid):
        services.create_direct(actor=ana, target=ana)
    assert not Conversation.objects.exists()


def test_a_block_either_way_looks_like_nobody_being_there() -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    gone = UserFactory.create()
    gone.is_active = False
    gone.save()
    missing = refusal(ana, gone)
    block(actor=ana, target=ben)
    for refused in (refusal(ana, ben), refusal(ben, ana)):
        assert (refused.code, refused.message, refused.details) == (missing.code, missing.message, missing.details)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(("circle", "followed", "allowed"), [("nobody", True, False), ("followed", False, False), ("followed", True, True)])
def test_people_decide_who_may_start_a_conversation(circle: str, followed: bool, allowed: bool) -> None:
    ana, ben = UserFactory.create(), UserFactory.create(messages_from=Circle(circle))
    if followed:
        follow(actor=ben, target=ana)
    if allowed:
        services.create_direct(actor=ana, target=ben)
    else:
        refusal(ana, ben)
    assert Conversation.objects.exists() == allowed


def test_who_was_written_to_can_answer_whatever_the_other_allows() -> None:
    ana, ben = UserFactory.create(messages_from=Circle.NOBODY), UserFactory.create()
    conversation = services.create_direct(actor=ana, target=ben)
    assert services.create_direct(actor=ben, target=ana) == conversation


def test_a_block_hides_the_conversation_from_both_until_it_is_lifted() -> None:
    ana, ben, conversation = make_pair()
    block(actor=ben, target=ana)
    for person in (ana, ben):
        with pytest.raises(NotFound):
            conversation_for(person, conversation.pk)
        assert not Membership.objects.listed(person).exists()
    refusal(ana, ben)
    unblock(actor=ben, target=ana)
    assert conversation_for(ana, conversation.pk) == conversation


def test_a_deleted_conversation_is_gone_for_its_deleter_alone_and_comes_back_when_asked_for() -> None:
    ana, ben, conversation = make_pair()
    services.clear_conversation(actor=ana, conversation_id=conversation.pk)
    assert not Membership.objects.listed(ana).exists()
    assert Membership.objects.listed(ben).exists()
    services.create_direct(actor=ana, target=ben)
    assert Membership.objects.listed(ana).exists()


def test_a_stranger_can_neither_see_nor_delete_a_conversation() -> None:
    _, _, conversation = make_pair()
    stranger = UserFactory.create()
    with pytest.raises(NotFound):
        conversation_for(stranger, conversation.pk)
    with pytest.raises(NotFound):
        services.clear_conversation(actor=stranger, conversation_id=conversation.pk)
    assert not Membership.objects.exclude(hidden_at=None).exists()
