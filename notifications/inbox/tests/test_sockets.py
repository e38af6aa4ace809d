import pytest
from asgiref.sync import sync_to_async

from accounts.sessions.tests.factories import tokens_for
from accounts.users.tests.factories import UserFactory
from core.realtime.testing import SocketClient, SocketError
from notifications.inbox import selectors
from social.graph.services import follow

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
