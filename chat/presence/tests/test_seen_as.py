"""What people chose to look like holds for all their devices, and nobody betrays who is invisible."""

import asyncio
import threading
from datetime import datetime
from uuid import UUID

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from accounts.users import services as users
from accounts.users.models import SeenAs, User
from chat.conftest import Connect
from chat.presence import handlers, services, sockets, store
from chat.presence.handlers import tell_presence
from chat.presence.selectors import Presence
from chat.presence.tests.looking import people, state
from chat.presence.wire import PresenceUpdate
from core.realtime.connection import Connection
from core.realtime.hub import current_hub, stop_hub
from core.realtime.push import push
from core.realtime.testing import SocketError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("hurry")
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


@pytest.mark.usefixtures("hurry")
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


async def test_whoever_never_stops_telling_keeps_no_socket_out_and_no_change_untold(connect: Connect) -> None:
    ana, ben = await people()
    anas = await connect(ana)
    assert await state(anas, ben) == "offline"
    started, may_end = threading.Event(), threading.Event()

    def never_stop() -> None:
        with services.one_at_a_time([ben.pk]):
            started.set()
            may_end.wait(20)

    stuck = asyncio.ensure_future(sync_to_async(never_stop, thread_sensitive=False)())
    await asyncio.to_thread(started.wait, 20)
    bens = await connect(ben)
    assert (await anas.expect("presence:update"))["state"] == "online"
    with pytest.raises(SocketError) as refused:
        await bens.call("presence:update", {"state": "invisible"})
    assert refused.value.code == "unavailable"
    assert await anas.quiet()
    may_end.set()
    await stuck
