"""What open devices hear of how people they talk with look."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.users.events import ProfileUpdated
from accounts.users.leaving import make_nobody
from accounts.users.models import User
from accounts.users.services import set_status, set_verified, suspend_user, update_profile
from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.conversations.services import clear_conversation
from chat.conversations.tests.factories import make_direct
from chat.messages.handlers import tell_appearance
from chat.messages.tests.talking import pair
from core.realtime.testing import SocketClient
from social.graph.services import block, unblock

pytestmark = pytest.mark.django_db(transaction=True)


async def change(person: User, **changes: object) -> None:
    await sync_to_async(update_profile)(user=person, changes=changes)


async def say(person: User, text: str, until: datetime | None = None) -> None:
    await sync_to_async(set_status)(user=person, text=text, until=until)


async def heard(*sockets: SocketClient) -> list[dict[str, object]]:
    return [await socket.expect("person:updated") for socket in sockets]


async def test_a_new_name_reaches_whoever_one_talks_with_and_ones_own_devices(connect: Connect) -> None:
    ana, ben, _ = await pair()
    anas, bens, stranger = await connect(ana), await connect(ben), await connect(await sync_to_async(UserFactory.create)())
    await change(ana, display_name="Ana of the Kiln")
    for frame in await heard(anas, bens):
        assert frame == {
            "id": str(ana.pk),
            "username": ana.username,
            "name": "Ana of the Kiln",
            "avatar_url": None,
            "avatar_blurhash": "",
            "is_verified": False,
            "is_deleted": False,
            "status": "",
            "status_until": None,
        }
    await sync_to_async(set_verified)(user=ana, is_verified=True)
    assert (await bens.expect("person:updated"))["is_verified"] is True
    assert await stranger.quiet()


async def test_what_nobody_sees_in_chat_tells_nothing(connect: Connect) -> None:
    """Not even that somebody is there, changing their choices."""
    ana, ben, _ = await pair()
    anas, bens = await connect(ana), await connect(ben)
    await change(ana, bio="Potter", location="Porto", messages_from="friends", presence_shown_to="nobody")
    await change(ana, display_name=ana.display_name)
    assert await anas.quiet()
    assert await bens.quiet()


async def test_a_status_is_for_those_who_see_ones_presence(connect: Connect) -> None:
    ana, ben, _ = await pair()
    until = timezone.now() + timedelta(hours=1)
    anas, bens = await connect(ana), await connect(ben)
    await say(ana, "At the kiln", until=until)
    assert [frame["status"] for frame in await heard(anas, bens)] == ["At the kiln"] * 2
    await change(ana, presence_shown_to="nobody")
    hers, his = await heard(anas, bens)
    assert hers["status"] == "At the kiln"
    assert hers["status_until"]
    assert (his["status"], his["status_until"]) == (None, None)
    await say(ana, "")
    assert [frame["status"] for frame in await heard(anas, bens)] == ["", None]
    await change(ana, presence_shown_to="everyone")
    await sync_to_async(suspend_user)(user=ana, until=until, reason="x")
    await say(ana, "Away")
    assert (await bens.expect("person:updated"))["status"] is None


async def test_across_a_block_nothing_is_heard_until_it_is_lifted(connect: Connect) -> None:
    ana, ben, _ = await pair()
    bens = await connect(ben)
    await sync_to_async(block)(actor=ben, target=ana)
    await bens.expect("conversation:removed")
    await change(ana, display_name="Nobody hears")
    assert await bens.quiet()
    await sync_to_async(unblock)(actor=ben, target=ana)
    await bens.expect("conversation:new")
    await change(ana, display_name="Ana again")
    assert (await bens.expect("person:updated"))["name"] == "Ana again"


async def test_who_deleted_the_conversation_hears_nothing(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    bens = await connect(ben)
    await sync_to_async(clear_conversation)(actor=ben, conversation_id=conversation.pk)
    await bens.expect("conversation:removed")
    await change(ana, display_name="Ana")
    assert await bens.quiet()


async def test_an_account_that_is_gone_has_no_name_any_more(connect: Connect) -> None:
    ana, ben, _ = await pair()
    bens = await connect(ben)
    await sync_to_async(make_nobody)(user=ana)
    frame = await bens.expect("person:updated")
    assert (frame["name"], frame["is_deleted"], frame["status"]) == ("Deleted account", True, None)


def test_telling_costs_the_same_however_many_one_talks_with(count_queries: Callable[..., int]) -> None:
    ana = UserFactory.create()
    costs = []
    for size in (1, 9):
        for other in UserFactory.create_batch(size):
            make_direct(ana, other)
        costs.append(count_queries(lambda: tell_appearance(ProfileUpdated(user_id=ana.pk, fields=["display_name"]))))
    assert costs == [4, 4]
