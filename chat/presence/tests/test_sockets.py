"""Presence, as others see it, through the real ASGI application."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from accounts.users import services as users
from accounts.users.leaving import begin_leaving, come_back
from accounts.users.models import SeenAs, User
from accounts.users.services import lift_suspension, suspend_user, update_profile
from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.presence import handlers, services, sockets, store
from chat.presence.handlers import tell_presence
from chat.presence.selectors import Presence
from chat.presence.wire import PresenceUpdate
from core.realtime.bus import AskAgain, Deliver, Leave
from core.realtime.connection import Connection
from core.realtime.hub import Hub, current_hub, stop_hub
from core.realtime.limits import Limit
from core.realtime.push import push
from core.realtime.registry import commands
from core.realtime.testing import SocketClient, SocketError
from social.graph.services import block, follow, remove_friend, request_friendship, unfollow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """For people who change their minds oftener than every five seconds."""
    monkeypatch.setitem(commands, "presence:update", replace(commands["presence:update"], limits=(Limit(100, 60),)))


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


async def people(**of_second: str) -> tuple[User, User]:
    return await sync_to_async(UserFactory.create)(), await sync_to_async(UserFactory.create)(**of_second)


async def state(socket: SocketClient, person: User) -> str | None:
    answer = await socket.call("presence:subscribe", {"users": [str(person.pk)]})
    return next((one["state"] for one in answer["presence"]), "absent")


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


@pytest.mark.usefixtures("_hurry")
async def test_the_last_choice_shows_whichever_device_made_it(connect: Connect) -> None:
    ana, ben = await people()
    anas, phone, laptop = await connect(ana), await connect(ben), await connect(ben)
    assert await state(anas, ben) == "online"
    for device, choice in ((phone, "away"), (laptop, "busy"), (phone, "online")):
        await device.call("presence:update", {"state": choice})
        assert (await anas.expect("presence:update"))["state"] == choice
    await laptop.call("presence:update", {"state": "online"})
    assert await anas.quiet()
    await phone.call("presence:update", {"state": "away"})
    assert (await laptop.call("presence:subscribe", {"users": []}))["seen_as"] == "away"


async def test_becoming_invisible_looks_like_leaving_and_nothing_after_it_does(connect: Connect) -> None:
    ana, ben = await people()
    anas, phone = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "online"
    await phone.call("presence:update", {"state": "invisible"})
    update = await anas.expect("presence:update")
    await ben.arefresh_from_db()
    assert (update["state"], datetime.fromisoformat(update["last_seen_at"])) == ("offline", ben.last_seen_at)
    await phone.close()
    assert await anas.quiet()
    seen = ben.last_seen_at
    await ben.arefresh_from_db()
    assert ben.last_seen_at == seen


@pytest.mark.parametrize("choice", ["away", "busy"])
async def test_a_new_device_looks_from_the_start_as_its_person_chose(connect: Connect, choice: str) -> None:
    ana, ben = await people()
    anas, phone = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "online"
    await phone.call("presence:update", {"state": choice})
    assert (await anas.expect("presence:update"))["state"] == choice
    await phone.close()
    assert (await anas.expect("presence:update"))["state"] == "offline"
    laptop = await connect(ben)
    assert (await anas.expect("presence:update"))["state"] == choice
    assert (await laptop.call("presence:subscribe", {"users": []}))["seen_as"] == choice
    assert await anas.quiet()


@pytest.mark.usefixtures("_hurry")
async def test_new_devices_a_new_server_and_an_empty_redis_do_not_betray_the_invisible(connect: Connect) -> None:
    ana, ben = await people()
    first = await connect(ben)
    await first.call("presence:update", {"state": "invisible"})
    anas = await connect(ana)
    assert await state(anas, ben) == "offline"
    phone = await connect(ben)
    assert await state(anas, ben) == "offline"
    await first.close()
    await phone.close()
    again = await connect(ben)
    assert await state(anas, ben) == "offline"
    with redis.Redis.from_url(settings.REALTIME_REDIS_URL) as client:
        client.flushdb()
    laptop = await connect(ben)
    current_hub().missed()
    await asyncio.sleep(0.3)
    for frame in await anas.drain():
        assert (frame["type"], frame["data"]["state"]) == ("presence:update", "offline")
    assert await state(anas, ben) == "offline"
    assert await anas.quiet()

    for device in (again, laptop, anas):
        await device.close()
    await stop_hub()  # what a process knows ends with it
    anas, bens = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "offline"
    await bens.call("presence:update", {"state": "online"})
    assert (await anas.expect("presence:update"))["state"] == "online"


async def test_a_device_that_comes_while_another_becomes_invisible_does_not_betray_it(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = await people()
    anas = await connect(ana)
    assert await state(anas, ben) == "offline"
    has_read, may_go_on = threading.Event(), threading.Event()

    def slowly(room: str, update: PresenceUpdate) -> None:
        has_read.set()
        may_go_on.wait(20)
        push(room, update)

    monkeypatch.setattr(handlers, "push", slowly)
    coming = asyncio.ensure_future(connect(ben))
    await asyncio.to_thread(has_read.wait, 20)
    choosing = asyncio.ensure_future(sync_to_async(services.choose, thread_sensitive=False)(person_id=ben.pk, seen_as=SeenAs.INVISIBLE))
    await asyncio.sleep(0.3)
    assert not choosing.done()
    may_go_on.set()
    await asyncio.gather(coming, choosing)
    assert [(await anas.expect("presence:update"))["state"] for _ in range(2)] == ["online", "offline"]
    assert await anas.quiet()


async def test_a_choice_that_comes_while_presence_is_read_is_what_is_answered(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
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
    await bens.call("presence:update", {"state": "invisible"})
    may_go_on.set()
    assert await asking == "offline"
    assert await anas.quiet()


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


@pytest.mark.usefixtures("_hurry")
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

    assert cost(1) == cost(40) == 5  # a transaction around it included
    assert User.objects.filter(last_seen_at=None).count() == 0


async def test_two_devices_of_a_person_that_go_together_are_one_going(connect: Connect) -> None:
    ana, ben = await people()
    anas, phone, laptop = await connect(ana), await connect(ben), await connect(ben)
    assert await state(anas, ben) == "online"
    await asyncio.gather(phone.close(), laptop.close())
    assert (await anas.expect("presence:update"))["state"] == "offline"
    assert await anas.quiet()


@pytest.mark.usefixtures("_hurry")
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


@pytest.mark.usefixtures("_hurry")
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


async def test_the_invisible_are_not_noted_as_seen_by_what_they_do_nor_when_their_server_dies(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = await people()
    anas = await connect(ana)
    assert await state(anas, ben) == "offline"
    await sync_to_async(services.choose)(person_id=ben.pk, seen_as=SeenAs.INVISIBLE)
    await ben.arefresh_from_db()
    left = ben.last_seen_at
    phone = [(str(ben.pk), "phone")]
    assert await sync_to_async(services.arrive)(devices=phone) == [ben.pk]
    await sync_to_async(users.record_seen)(user_ids=[ben.pk], at=timezone.now())
    await sync_to_async(services.depart)(devices=phone)
    await sync_to_async(users.record_seen)(user_ids=[ben.pk], at=timezone.now())
    monkeypatch.setattr(store, "EXPIRY_SECONDS", 1)
    await sync_to_async(services.arrive)(devices=phone)
    monkeypatch.undo()
    await asyncio.sleep(2.1)
    gone = await sync_to_async(services.expire)()
    assert gone == [ben.pk]
    await sync_to_async(tell_presence)(gone)
    await ben.arefresh_from_db()
    assert ben.last_seen_at == left
    while told := await anas.drain():
        assert {frame["data"]["state"] for frame in told} == {"offline"}, "the choice itself, which looks like leaving"

    await sync_to_async(services.arrive)(devices=phone)
    await sync_to_async(services.choose)(person_id=ben.pk, seen_as=SeenAs.ONLINE)
    now = timezone.now()
    await sync_to_async(users.record_seen)(user_ids=[ben.pk], at=now)
    await ben.arefresh_from_db()
    assert ben.last_seen_at == now


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


async def test_people_change_how_they_are_seen_once_in_five_seconds(connect: Connect) -> None:
    ana, ben = await people()
    anas, bens = await connect(ana), await connect(ben)
    assert await state(anas, ben) == "online"
    await bens.call("presence:update", {"state": "busy"})
    with pytest.raises(SocketError) as refused:
        await bens.call("presence:update", {"state": "away"})
    assert refused.value.code == "rate_limited"
    assert 0 < refused.value.details["retry_after"] <= 5
    assert (await anas.expect("presence:update"))["state"] == "busy"
    assert await anas.quiet()
