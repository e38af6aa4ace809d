"""What open devices hear of friendships."""

import pytest
from asgiref.sync import sync_to_async

from accounts.sessions.tests.factories import tokens_for
from accounts.users.tests.factories import UserFactory
from core.realtime.testing import SocketClient
from social.graph import services

pytestmark = pytest.mark.django_db(transaction=True)


async def test_requests_and_answers_arrive_at_once() -> None:
    ana, ben = [await sync_to_async(UserFactory.create)(display_name=name) for name in ("Ana", "Ben")]
    tokens = [await sync_to_async(tokens_for)(person) for person in (ana, ben)]
    async with SocketClient(token=tokens[0].access_token) as hers, SocketClient(token=tokens[1].access_token) as his:
        request = await sync_to_async(services.request_friendship)(actor=ana, target=ben, message="Hello")
        asked = await his.expect("friend:request")
        assert (asked["id"], asked["person"]["name"], asked["message"], asked["waiting"]) == (str(request.pk), "Ana", "Hello", 1)
        assert (await his.expect("notification:new"))["text"] == "Ana would like to be your friend"

        await sync_to_async(services.accept_request)(actor=ben, request_id=request.pk)
        assert await his.expect("friend:request_closed") == {"id": str(request.pk), "waiting": 0}
        assert (await his.expect("friend:accepted"))["person"]["name"] == "Ana"
        assert (await hers.expect("friend:accepted"))["person"]["name"] == "Ben"
        assert (await hers.expect("notification:new"))["text"] == "Ben accepted your friend request"

        await sync_to_async(services.remove_friend)(actor=ana, friend=ben)
        assert await his.expect("friend:removed") == {"person": str(ana.pk)}
        assert await hers.expect("friend:removed") == {"person": str(ben.pk)}
