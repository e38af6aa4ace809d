"""Presence, as others see it, through the real ASGI application."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from accounts.users.leaving import begin_leaving, come_back
from accounts.users.models import User
from accounts.users.services import lift_suspension, suspend_user, update_profile
from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.presence import services, sockets, store
from chat.presence.handlers import tell_presence
from chat.presence.selectors import Presence
from chat.presence.tests.looking import people, state
from core.realtime.bus import AskAgain, Deliver, Leave
from core.realtime.connection import Connection
from core.realtime.hub import Hub, current_hub
from social.graph.services import block, follow, remove_friend, request_friendship, unfollow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deaf_hub(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called, this process loses what others would have told it; until then it hears everything."""

    def lose() -> None:
        perform = Hub.perform

        def hear(self: Hub, operation: object) -> None:
            if not isinstance(operation, Leave | AskAgain | Deliver):
                perform(self, operation)  # type: ignore[arg-type]

        monkeypatch.setattr(Hub, "perform", hear)

    return lose


async def test_a_person_is_online_while_any_device_is(connect: Connect) -> None:
    ana, ben = await people()
    anas = await connect(ana)
    assert await state(anas, ben) == "offline"
    phone, laptop = await connect(ben), await connect(ben)
    assert (await anas.expect("presence:update"))["state"] == "online"
    await phone.close()
    assert await anas.quiet()
    await laptop.close()
    update = await anas.expect("presence:update")
    assert update["state"] == "offline"
    assert update["last_seen_at"] is not None


@pytest.mark.parametrize(("circle", "followed", "seen"), [("nobody", True, None), ("followed", False, None), ("followed", True, "online")])
async def test_only_those_allowed_see_presence(connect: Connect, circle: str, followed: bool, seen: str | None) -> None:
    ana, ben = await people(presence_shown_to=circle)
    if followed:
        await sync_to_async(follow)(actor=ben, target=ana)
    anas, bens = await connect(ana), await connect(ben)
    assert await state(anas, ben) == seen
    await bens.close()
    if seen:
        assert (await anas.expect("presence:update"))["state"] == "offline"
    assert await anas.quiet()


@pytest.mark.usefixtures("hurry")
async def test_presence_ends_with_a_block_an_unfollow_and_a_change_of_mind(connect: Connect) -> None:
    ana, ben = await people(presence_shown_to="followed")
    await sync_to_async(follow)(actor=ben, target=ana)
    anas, bens = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "online"
    await sync_to_async(unfollow)(actor=ben, target=ana)
    assert (await anas.expect("presence:update"))["state"] is None
    await bens.call("presence:update", {"state": "busy"})
    assert await anas.quiet(besides="notification:")
    await sync_to_async(update_profile)(user=ben, changes={"presence_shown_to": "everyone"})
    assert (await anas.expect("presence:update"))["state"] == "busy"
    await sync_to_async(update_profile)(user=ben, changes={"presence_shown_to": "nobody"})
    assert (await anas.expect("presence:update"))["state"] is None
    assert await state(anas, ben) is None
    await sync_to_async(block)(actor=ben, target=ana)
    assert await state(anas, ben) == "absent"


def test_going_costs_the_same_queries_for_one_as_for_many(count_queries: Callable[[Callable[[], object]], int]) -> None:
    def cost(devices: int) -> int:
        gone = [(str(person.pk), f"device of {person.pk}") for person in UserFactory.create_batch(devices)]
        services.arrive(devices=gone)
        return count_queries(lambda: tell_presence(services.depart(devices=gone)))

    assert cost(1) == cost(40) == 6  # a transaction and its locks included
    assert User.objects.filter(last_seen_at=None).count() == 0


async def test_two_devices_of_a_person_that_go_together_are_one_going(connect: Connect) -> None:
    ana, ben = await people()
    anas, phone, laptop = await connect(ana), await connect(ben), await connect(ben)
    assert await state(anas, ben) == "online"
    await asyncio.gather(phone.close(), laptop.close())
    assert (await anas.expect("presence:update"))["state"] == "offline"
    assert await anas.quiet()


@pytest.mark.usefixtures("hurry")
async def test_an_open_socket_hears_when_it_is_let_in_and_nothing_when_others_are(connect: Connect) -> None:
    ana, ben = await people(presence_shown_to="friends")
    stranger = await sync_to_async(UserFactory.create)()
    anas, strangers, bens = await connect(ana), await connect(stranger), await connect(ben)
    assert await state(anas, ben) is None
    assert await state(strangers, ben) is None
    for one, other in ((ana, ben), (ben, ana)):
        await sync_to_async(request_friendship)(actor=one, target=other)
    assert (await anas.expect("presence:update"))["state"] == "online"
    await bens.call("presence:update", {"state": "away"})
    assert (await anas.expect("presence:update"))["state"] == "away"
    await sync_to_async(remove_friend)(actor=ana, friend=ben)
    assert (await anas.expect("presence:update"))["state"] is None
    await bens.call("presence:update", {"state": "online"})
    assert await anas.quiet(besides=("friend:", "notification:"))
    assert await strangers.quiet()


async def test_who_was_on_a_dead_server_goes_offline(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = await people()
    anas = await connect(ana)
    monkeypatch.setattr(store, "EXPIRY_SECONDS", 1)
    await sync_to_async(services.arrive)(devices=[(str(ben.pk), "a device whose server is gone")])
    monkeypatch.undo()
    assert await state(anas, ben) == "online"
    gone: list[object] = []
    while not gone:
        gone = list(await sync_to_async(services.expire)())
    assert gone == [ben.pk]
    assert await state(anas, ben) == "offline"


async def test_presence_is_back_with_the_heartbeat_after_redis_lost_it(connect: Connect) -> None:
    ana, ben = await people()
    anas, bens = await connect(ana), await connect(ben)
    await bens.call("presence:update", {"state": "busy"})
    assert await state(anas, ben) == "busy"
    with redis.Redis.from_url(settings.REALTIME_REDIS_URL) as client:
        client.flushdb()
    assert await state(anas, ben) == "offline"
    current_hub().missed()
    assert (await anas.expect("presence:update"))["state"] == "busy"


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("change", ["unfollow", "block", "privacy"])
async def test_who_may_see_presence_no_longer_is_out_after_the_askings_were_lost(
    connect: Connect, deaf_hub: Callable[[], None], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    ana, ben = await people(presence_shown_to="followed")
    await sync_to_async(follow)(actor=ben, target=ana)
    anas, bens = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "online"
    deaf_hub()
    changes: dict[str, Callable[[], object]] = {
        "unfollow": lambda: unfollow(actor=ben, target=ana),
        "block": lambda: block(actor=ben, target=ana),
        "privacy": lambda: update_profile(user=ben, changes={"presence_shown_to": "nobody"}),
    }
    await sync_to_async(changes[change])()
    monkeypatch.undo()
    current_hub().missed()
    assert (await anas.expect("presence:update"))["state"] is None
    await bens.call("presence:update", {"state": "busy"})
    assert await anas.quiet(besides=("notification:", "conversation:"))


async def test_a_change_that_was_lost_is_told_after_the_gap(connect: Connect, deaf_hub: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = await people()
    anas, bens = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "online"
    deaf_hub()
    await bens.call("presence:update", {"state": "busy"})
    monkeypatch.undo()
    assert await anas.quiet()
    current_hub().missed()
    assert (await anas.expect("presence:update"))["state"] == "busy"


async def test_a_block_that_comes_while_presence_is_read_is_not_undone(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = await people()
    anas, bens = await connect(ana), await connect(ben)
    has_read, may_go_on = threading.Event(), threading.Event()
    read = sockets._presence_of

    def slowly(connection: Connection, person_ids: list[UUID]) -> tuple[User, list[Presence]]:
        found = read(connection, person_ids)
        has_read.set()
        may_go_on.wait(20)
        return found

    monkeypatch.setattr(sockets, "_presence_of", slowly)
    asking = asyncio.ensure_future(state(anas, ben))
    await asyncio.to_thread(has_read.wait, 20)
    await sync_to_async(block)(actor=ben, target=ana)
    may_go_on.set()
    assert await asking == "absent"
    await bens.call("presence:update", {"state": "busy"})
    assert await anas.quiet(besides=("notification:", "conversation:"))


@pytest.mark.parametrize("goes", ["suspension", "leaving"])
async def test_the_presence_of_somebody_who_is_gone_ends_and_is_told_again_when_they_are_back(connect: Connect, goes: str) -> None:
    ana, ben = await people()
    anas, bens = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "online"
    if goes == "suspension":
        await sync_to_async(suspend_user)(user=ben, until=timezone.now() + timedelta(days=1), reason="Spam")
    else:
        await sync_to_async(begin_leaving)(user=ben, erase_at=timezone.now() + timedelta(days=14))
    assert (await anas.expect("presence:update"))["state"] is None
    await bens.expect_close()
    await bens.close()
    assert await anas.quiet()
    await sync_to_async(tell_presence)([ben.pk])
    assert await anas.quiet()
    if goes == "suspension":
        await sync_to_async(lift_suspension)(user=await User.objects.aget(pk=ben.pk))
    else:
        await sync_to_async(come_back)(user=await User.objects.aget(pk=ben.pk))
    assert (await anas.expect("presence:update"))["state"] == "offline"
