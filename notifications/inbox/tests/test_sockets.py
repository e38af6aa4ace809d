from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.tests.factories import make_direct, make_pair
from chat.messages.services.sending import send_message
from core.events.outbox import left_to_sweeper
from core.realtime.testing import SocketClient, SocketError
from notifications.inbox import selectors, services
from notifications.inbox.events import NotificationsAdded
from notifications.inbox.handlers import push_new
from notifications.inbox.models import Kind, Notification
from social.graph.services import block, follow

pytestmark = pytest.mark.django_db(transaction=True)


async def test_news_arrives_and_is_read_over_the_socket() -> None:
    ana, ben = [await sync_to_async(UserFactory.create)(display_name=name) for name in ("Ana", "Ben")]
    tokens = await sync_to_async(tokens_for)(ana)
    async with SocketClient(token=tokens.access_token) as socket:
        await sync_to_async(follow)(actor=ben, target=ana)
        news = await socket.expect("notification:new")
        assert (news["kind"], news["text"], news["actor"]["name"], news["is_read"]) == ("follow", "Ben followed you", "Ben", False)
        assert await socket.expect("notification:count") == {"unread": 1}

        await socket.call("notification:read", {"id": news["id"]})
        assert await socket.expect("notification:read") == {"ids": [news["id"]]}
        assert await socket.expect("notification:count") == {"unread": 0}
    assert await sync_to_async(selectors.unread_count)(ana) == 0


async def test_line_of_another_person_is_not_read_over_the_socket() -> None:
    ana, ben = [await sync_to_async(UserFactory.create)() for _ in range(2)]
    await sync_to_async(follow)(actor=ben, target=ana)
    line = (await sync_to_async(selectors.inbox)(ana)).items[0]
    tokens = await sync_to_async(tokens_for)(ben)
    async with SocketClient(token=tokens.access_token) as socket:
        with pytest.raises(SocketError) as refusal:
            await socket.call("notification:read", {"id": str(line.pk)})
    assert refusal.value.code == "not_found"
    assert await sync_to_async(selectors.unread_count)(ana) == 1


def news_of(person: User, actor: User, kind: Kind) -> NotificationsAdded:
    """A line that its event has not told of yet."""
    with transaction.atomic(), left_to_sweeper():
        services.notify(recipient=person, actor=actor, kind=kind, thing=f"{kind}:{actor.pk}", path="/")
    return NotificationsAdded(notification_ids=[Notification.objects.get(recipient=person, actor=actor).pk])


async def test_who_was_blocked_before_the_news_came_is_not_named_in_it() -> None:
    ana, ben, cleo = [await sync_to_async(UserFactory.create)() for _ in range(3)]
    tokens = await sync_to_async(tokens_for)(ana)
    of_ben, of_cleo = [await sync_to_async(news_of)(ana, *news) for news in ((ben, Kind.FOLLOW), (cleo, Kind.FRIEND_ACCEPT))]
    async with SocketClient(token=tokens.access_token) as socket:
        await sync_to_async(block_without_telling)(ana, ben)
        for event in (of_ben, of_cleo):
            await sync_to_async(push_new)(event)
        assert (await socket.expect("notification:new"))["actor"]["id"] == str(cleo.pk)
        assert await socket.expect("notification:count") == {"unread": 1}
        assert await socket.drain() == []


def block_without_telling(actor: User, target: User) -> None:
    """A block whose event is still on its way."""
    with transaction.atomic(), left_to_sweeper():
        block(actor=actor, target=target)


def test_pushing_news_of_messages_takes_the_same_queries_for_one_as_for_many(count_queries: Callable[[Callable[[], object]], int]) -> None:
    def cost(count: int) -> int:
        ana = UserFactory.create()
        Notification.objects.all().delete()
        for _ in range(count):
            other = UserFactory.create()
            send_message(sender=ana, conversation_id=make_direct(ana, other).pk, body="hello")
        ids = list(Notification.objects.values_list("pk", flat=True))
        assert len(ids) == count
        return count_queries(lambda: push_new(NotificationsAdded(notification_ids=ids)))

    assert cost(1) == cost(7) == 1


def test_a_person_blocked_while_the_message_waits_to_be_told_of_is_not_in_the_inbox() -> None:
    ana, ben, conversation = make_pair()
    sent = send_message(sender=ben, conversation_id=conversation.pk, body="hello")
    Notification.objects.all().delete()
    block(actor=ana, target=ben)
    services.tell_of_messages(message_ids=[sent.id])
    assert not Notification.objects.exists()
