"""What a socket says and hears, through the real ASGI application."""

import asyncio
from typing import Any

import pytest
import structlog

from core.realtime import push
from core.realtime.bus import Deliver
from core.realtime.codes import CloseCode
from core.realtime.frames import frame
from core.realtime.hub import current_hub
from core.realtime.testing import until
from core.realtime.tests.conftest import Connect
from core.realtime.tests.people import user_id
from core.realtime.wire import SessionRevoked


async def test_push_from_a_thread_reaches_every_socket_of_the_room_once(connect: Connect) -> None:
    first, second, other = await connect("1.1"), await connect("1.2"), await connect("2.3")
    rooms = [f"user:{user_id(1)}", f"session:{user_id(1)}"]
    await asyncio.to_thread(push.push, rooms, SessionRevoked(reason="test"))
    await first.expect("session:revoked")
    await second.expect("session:revoked")
    assert await first.quiet()
    assert await other.quiet()


async def test_disconnect_says_why_and_closes_only_that_session(connect: Connect) -> None:
    ended, kept = await connect("1.1"), await connect("1.2")
    push.disconnect(f"session:{user_id(1)}", CloseCode.SESSION_REVOKED, message=SessionRevoked(reason="signed out"))
    assert await ended.expect("session:revoked") == {"reason": "signed out"}
    assert await ended.expect_close() == CloseCode.SESSION_REVOKED
    assert await kept.quiet()


async def test_trouble_with_one_operation_or_in_one_second_is_of_it_alone(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    socket, hub = await connect("1.1"), current_hub()
    ticks: list[float] = []

    def fail(*arguments: Any) -> None:
        ticks.extend(argument for argument in arguments if isinstance(argument, float))
        raise RuntimeError

    monkeypatch.setattr(hub, "_deliver_in_order", fail)
    monkeypatch.setattr(hub, "_tock", fail)
    monkeypatch.setattr("core.realtime.hub.TICK_SECONDS", 0.01)
    with structlog.testing.capture_logs() as logs:
        for position in (1, None):
            hub.submit(Deliver([f"user:{user_id(1)}"], frame(SessionRevoked(reason=str(position))), position=position))
        assert await socket.expect("session:revoked") == {"reason": "None"}
        await until(lambda: len(ticks) >= 2)
    assert {entry["event"] for entry in logs} == {"hub_operation_failed", "hub_tick_failed"}
