"""What a socket says and hears, through the real ASGI application."""

import asyncio

from core.realtime import push
from core.realtime.codes import CloseCode
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
