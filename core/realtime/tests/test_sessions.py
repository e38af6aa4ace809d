"""Who may have a socket, how many, and for how long."""

import asyncio
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY
from pytest_django import Settings

from core.realtime import push
from core.realtime.authentication import Identity
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.hub import current_hub, stop_hub
from core.realtime.registry import hooks
from core.realtime.testing import SocketClient, SocketClosed, SocketError
from core.realtime.tests.conftest import Connect
from core.realtime.tests.people import TestAuthenticator, user_id
from core.realtime.wire import SessionRevoked


async def test_token_in_subprotocol_authenticates_and_is_not_echoed(connect: Connect) -> None:
    socket = await connect("1.1")
    assert socket.subprotocol == "hubbub.v1"
    assert socket.authenticated["user"] == user_id(1)


async def test_first_frame_authenticates(connect: Connect) -> None:
    async with SocketClient() as socket:
        await socket.call("authenticate", {"token": "3.1"})
        assert (await socket.expect("authenticated"))["user"] == user_id(3)


async def test_cookie_authenticates_pages_of_this_site(connect: Connect) -> None:
    async with SocketClient(cookie="4.1") as socket:
        assert socket.authenticated["user"] == user_id(4)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver.evil.example", "null", "http://testserver:8000", "file://"])
async def test_foreign_origin_is_refused_at_the_handshake(connect: Connect, origin: str) -> None:
    for socket in (SocketClient(cookie="4.1", origin=origin), SocketClient(token="4.1", origin=origin), SocketClient(origin=origin)):
        assert not await socket.connect()


async def test_cookie_without_origin_is_refused(connect: Connect) -> None:
    socket = SocketClient(headers=[(b"cookie", b"sessionid=4.1")])
    assert not await socket.connect()


async def test_listed_origin_is_accepted(connect: Connect, settings: Settings) -> None:
    settings.REALTIME_ALLOWED_ORIGINS = ["https://app.example"]
    async with SocketClient(token="4.1", origin="https://app.example"):
        pass


async def test_bad_token_is_told_and_closed(connect: Connect) -> None:
    socket = SocketClient(token="nonsense")
    with pytest.raises(SocketClosed) as closed:
        await socket.__aenter__()
    assert closed.value.code == CloseCode.NOT_AUTHENTICATED
    assert (await socket.expect("error"))["code"] == "not_authenticated"


async def test_expired_token_is_refused(connect: Connect) -> None:
    with pytest.raises(SocketClosed) as closed:
        await SocketClient(token="1.1.-1").__aenter__()
    assert closed.value.code == CloseCode.NOT_AUTHENTICATED


@pytest.mark.parametrize("query", ["token=1.1", "x=1&access_token=1.1"])
async def test_token_in_the_address_is_refused_even_with_a_good_one_elsewhere(connect: Connect, query: str) -> None:
    socket = SocketClient(token="1.1", query=query)
    with pytest.raises(SocketClosed) as closed:
        await socket.__aenter__()
    assert closed.value.code == CloseCode.BAD_FRAMES
    assert (await socket.expect("error"))["code"] == "token_in_url"


async def test_silent_stranger_is_closed(connect: Connect, settings: Settings) -> None:
    settings.REALTIME_AUTHENTICATION_SECONDS = 0.05
    async with SocketClient() as socket:
        assert await socket.expect_close() == CloseCode.AUTHENTICATION_TIMEOUT


async def test_socket_warns_before_its_token_ends_and_lives_on_with_a_fresh_one(connect: Connect) -> None:
    socket = await connect("1.1.30")
    await socket.expect("session:expiring")
    await socket.call("authenticate", {"token": "1.1.900"})
    assert (await socket.expect("authenticated"))["expires_at"]
    with pytest.raises(SocketError) as refused:
        await socket.call("authenticate", {"token": "1.2.900"})
    assert refused.value.code == "not_authenticated"
    await socket.call("ping")


async def test_socket_closes_when_its_token_ends(connect: Connect) -> None:
    socket = await connect("1.1.1")
    assert await socket.expect_close() == CloseCode.NOT_AUTHENTICATED


async def test_eleventh_socket_of_a_person_is_refused_and_a_freed_seat_is_given_again(connect: Connect) -> None:
    sockets = [await connect(f"1.{number}") for number in range(1, 11)]
    refused = SocketClient(token="1.11")
    with pytest.raises(SocketClosed) as closed:
        await refused.__aenter__()
    assert closed.value.code == CloseCode.TOO_MANY_SOCKETS
    error = await refused.expect("error")
    assert (error["code"], error["details"]["limit"]) == ("rate_limited", "sockets")
    await connect("2.1")
    await sockets[0].close()
    await connect("1.12")


async def test_seats_of_other_processes_count_while_these_live(connect: Connect, settings: Settings) -> None:
    await connect("1.1")
    hub = current_hub()
    prefix, key = settings.REALTIME_PREFIX, f"{settings.REALTIME_PREFIX}:seats:{user_id(1)}"
    await hub.bus.redis.sadd(key, *(f"{'e' * 32}:{number}" for number in range(9)))
    await hub.bus.redis.set(f"{prefix}:process:{'e' * 32}", 1)
    with pytest.raises(SocketClosed):
        await SocketClient(token="1.2").__aenter__()
    await hub.bus.redis.delete(f"{prefix}:process:{'e' * 32}")
    await connect("1.3")
    assert await hub.bus.redis.scard(key) == 2


async def test_session_ended_while_its_socket_connects_gets_no_socket(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    await connect("1.1")

    def revoked_meanwhile(self: TestAuthenticator, credential: str) -> Identity:
        identity = Identity(user_id=user_id(2), session_id=user_id(7))  # type: ignore[arg-type]
        push.disconnect(f"session:{user_id(7)}", CloseCode.SESSION_REVOKED, message=SessionRevoked(reason="signed out"))
        return identity

    monkeypatch.setattr(TestAuthenticator, "one", revoked_meanwhile)
    with pytest.raises(SocketClosed) as closed:
        await SocketClient(token="2.7").__aenter__()
    assert closed.value.code == CloseCode.SESSION_REVOKED


async def test_rooms_read_while_connecting_are_corrected_by_joins_and_leaves_that_pass_by(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    await connect("1.1")

    def rooms_of(connections: Sequence[Connection]) -> dict[Connection, list[str]]:
        push.leave(user_id(2), "test:left")
        push.join(user_id(2), "test:joined")
        return {connection: ["test:left", "test:kept"] for connection in connections}

    monkeypatch.setattr(hooks, "connect", [rooms_of])
    await connect("2.1")
    hub = current_hub()
    assert {room for room in hub.rooms if room.startswith("test:")} == {"test:kept", "test:joined"}


async def test_sockets_that_come_together_are_let_in_together(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[int] = []

    def counted(connections: Sequence[Connection]) -> dict[Connection, list[str]]:
        groups.append(len(connections))
        return {connection: [f"test:{connection.user_id}"] for connection in connections}

    monkeypatch.setattr(hooks, "connect", [counted])
    sockets = await asyncio.gather(*(connect(f"{number}.1") for number in range(1, 31)))
    assert sum(groups) == 30
    assert len(groups) < 15
    assert [socket.authenticated["user"] for socket in sockets] == [user_id(number) for number in range(1, 31)]
    rooms = current_hub().rooms
    assert all(len(rooms[f"test:{user_id(number)}"]) == 1 for number in range(1, 31))


async def test_one_that_cannot_be_let_in_keeps_nobody_else_out(connect: Connect, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    def breaks_for_five(connections: Sequence[Connection]) -> dict[Connection, list[str]]:
        if any(connection.user_id == user_id(5) for connection in connections):
            raise RuntimeError
        return {}

    monkeypatch.setattr(hooks, "connect", [breaks_for_five])
    answers = await asyncio.gather(*(connect(f"{number}.1") for number in range(1, 11)), return_exceptions=True)
    assert [number for number, answer in enumerate(answers, 1) if isinstance(answer, BaseException)] == [5]
    hub = current_hub()
    assert len(hub.connections) == 9
    assert await hub.bus.redis.scard(f"{settings.REALTIME_PREFIX}:seats:{user_id(5)}") == 0


async def test_sockets_of_one_person_that_come_together_get_no_more_than_their_seats(connect: Connect, settings: Settings) -> None:
    settings.REALTIME_SOCKETS_PER_PERSON = 3
    answers = await asyncio.gather(*(connect("1.1") for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(answer, SocketClosed) for answer in answers) == 3


async def test_nothing_is_left_of_a_socket_that_is_gone(connect: Connect, settings: Settings) -> None:
    hub_socket = await connect("1.1")
    hub = current_hub()
    await hub_socket.close()
    assert (hub.connections, hub.rooms, hub.people) == ({}, {}, {})
    assert await hub.bus.redis.scard(f"{settings.REALTIME_PREFIX}:seats:{user_id(1)}") == 0


async def test_a_thousand_sockets_that_go_at_once_are_all_seen_off_in_a_few_groups(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    groups: list[list[str]] = []

    def counted(connections: Sequence[Connection]) -> None:
        groups.append([connection.id for connection in connections])

    monkeypatch.setattr(hooks, "disconnect", [counted])
    sockets = await asyncio.gather(*(connect(f"{number // 10 + 1}.{number + 1}") for number in range(1000)))
    hub = current_hub()
    expected = sorted(hub.connections)
    await asyncio.gather(*(socket.close() for socket in sockets))
    assert sorted(one for group in groups for one in group) == expected
    assert len(groups) < 50
    assert (hub.connections, hub.rooms, hub.people) == ({}, {}, {})
    assert [key async for key in hub.bus.redis.scan_iter(f"{settings.REALTIME_PREFIX}:seats:*")] == []


async def test_one_whose_goodbye_fails_takes_nobody_elses(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    seen_off: list[str] = []

    async def fails_for_five(connections: Sequence[Connection]) -> None:
        if any(connection.user_id == user_id(5) for connection in connections):
            raise RuntimeError
        seen_off.extend(connection.user_id for connection in connections)

    others: list[str] = []
    monkeypatch.setattr(hooks, "disconnect", [fails_for_five, lambda connections: others.extend(one.user_id for one in connections)])
    sockets = [await connect(f"{number}.1") for number in range(1, 11)]
    await asyncio.gather(*(socket.close() for socket in sockets))
    assert sorted(seen_off) == sorted(user_id(number) for number in range(1, 11) if number != 5)
    assert sorted(others) == sorted(user_id(number) for number in range(1, 11))


async def test_a_seat_given_without_asking_redis_is_counted(connect: Connect, settings: Settings) -> None:
    def unchecked() -> float:
        return REGISTRY.get_sample_value("hubbub_socket_seats_unchecked_total") or 0.0

    before = unchecked()
    await connect("1.1")
    assert unchecked() == before
    await stop_hub()
    settings.REALTIME_REDIS_URL = "unix:///nowhere/at/all"
    await connect("1.2")
    await connect("1.3")
    assert unchecked() == before + 2
