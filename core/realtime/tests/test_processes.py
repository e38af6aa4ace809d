"""Real server processes, a real Redis between them, and what happens when either goes away."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.embedded.processes import end
from core.realtime import push
from core.realtime.codes import CloseCode
from core.realtime.server import config
from core.realtime.tests.own_redis import PATIENCE, OwnRedis
from core.realtime.tests.people import user_id
from core.realtime.threads import THREADS
from core.realtime.wire import SessionRevoked
from core.testing.ports import free_port

CHECKOUT = Path(__file__).resolve().parents[3]


class ServerProcess:
    """One ``python -m core.realtime.server``."""

    def __init__(self, own_redis: OwnRedis, ping_seconds: float = 20) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "core.realtime.server", "--port", str(self.port), "--ping-seconds", str(ping_seconds)]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.process_settings",
            "REALTIME_TEST_REDIS_URL": own_redis.url,
            "REALTIME_FRAMES_PER_SECOND": "100000",
        }
        self.process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)

    async def socket(self, token: str, **options: Any) -> ClientConnection:
        """An authenticated socket, once the server listens."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    client = await connect(f"ws://127.0.0.1:{self.port}/ws/", subprotocols=["hubbub.v1", f"bearer.{token}"], **options)  # type: ignore[list-item]
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        await expect(client, "authenticated")
        return client


async def expect(client: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            frame = json.loads(await client.recv())
            if frame["type"] == kind:
                return dict(frame.get("data") or {})


async def call(client: ClientConnection, kind: str, **data: Any) -> dict[str, Any]:
    await client.send(json.dumps({"type": kind, "ref": "1", "data": data}))
    return await expect(client, "ack")


async def close_code(client: ClientConnection) -> int | None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await client.recv()
            except ConnectionClosed:
                return client.close_code


async def heard_again(speaker: ClientConnection, listener: ClientConnection) -> None:
    """Speak until the listener, on another process, hears it: the way between them is open."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await call(speaker, "test:say", words="again")
            try:
                async with asyncio.timeout(0.3):
                    await expect(listener, "test:said")
                return
            except TimeoutError:
                continue


@pytest.fixture
def own_redis(tmp_path: Path, settings: Settings) -> Iterator[OwnRedis]:
    started = OwnRedis(tmp_path)
    settings.REALTIME_REDIS_URL = started.url
    settings.REALTIME_PREFIX = "process-test"
    yield started
    started.end()


@asynccontextmanager
async def serving(own_redis: OwnRedis, count: int, **options: Any) -> AsyncIterator[list[ServerProcess]]:
    await own_redis.answers()
    servers = [ServerProcess(own_redis, **options) for _ in range(count)]
    try:
        yield servers
    finally:
        for server in servers:
            end(server.process, signal.SIGTERM, seconds=20)


async def test_processes_hear_each_other_and_are_told_of_ended_sessions(own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "_publisher", push._Publisher())
    async with serving(own_redis, 2) as (one, two):
        ana, ben = await one.socket("1.1"), await two.socket("2.2")
        await heard_again(ana, ben)
        push.disconnect(f"session:{user_id(2)}", CloseCode.SESSION_REVOKED, message=SessionRevoked(reason="signed out"))
        assert (await expect(ben, "session:revoked"))["reason"] == "signed out"
        assert await close_code(ben) == CloseCode.SESSION_REVOKED
        await call(ana, "ping")


async def test_redis_killed_and_back_empty_keeps_sockets_and_mends_itself(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 2) as (one, two):
        ana, ben = await one.socket("1.1"), await two.socket("2.2")
        await heard_again(ana, ben)
        own_redis.kill()
        await call(ana, "test:say", words="alone")
        carla = await one.socket("3.3")
        await call(ana, "test:say", words="to my own process")
        assert (await expect(carla, "test:said"))["words"] == "to my own process"
        own_redis.start()
        await heard_again(ana, ben)
        await heard_again(ben, ana)


async def test_redis_that_hangs_stops_nothing_in_a_process_and_all_is_back_once_it_answers(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 2) as (one, two):
        ana, ben = await one.socket("1.1"), await two.socket("2.2")
        await heard_again(ana, ben)
        own_redis.hang()
        carla = await one.socket("3.3")
        for _ in range(3):
            await call(ana, "test:say", words="to my own process")
            assert (await expect(carla, "test:said"))["words"] == "to my own process"
            await call(ana, "test:count")
        for client in (ana, ben, carla):
            await call(client, "ping")
        own_redis.go_on()
        await heard_again(ana, ben)
        await heard_again(ben, carla)
        for client in (ana, ben, carla):
            await call(client, "ping")


async def test_limits_of_a_person_hold_over_all_processes(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 2) as (one, other):
        sockets = [await one.socket("1.1"), await other.socket("1.2"), await other.socket("1.3")]
        for client in sockets:
            for ref in range(6):
                await client.send(json.dumps({"type": "test:count", "ref": str(ref)}))
        answers = [json.loads(await client.recv()) for client in sockets for _ in range(6)]
        assert sorted(answer["type"] for answer in answers) == ["ack"] * 6 + ["error"] * 12
        assert {answer["data"]["code"] for answer in answers if answer["type"] == "error"} == {"rate_limited"}
        stranger = await one.socket("2.1")
        await call(stranger, "test:count")


async def test_slow_reader_is_closed_and_stalls_nobody(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 1) as (server,):
        slow = await server.socket("1.1", max_queue=1)
        slow.transport.pause_reading()
        quick = await server.socket("2.2", max_queue=None)
        words = "x" * 50_000
        for _ in range(20):
            await call(quick, "test:say", words=words, times=10)
        slow.transport.resume_reading()
        assert await close_code(slow) in {CloseCode.SLOW_READER, 1006}
        await call(quick, "ping")


async def test_frame_far_past_the_limit_closes_that_socket_alone(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 1) as (server,):
        large, other = await server.socket("1.1"), await server.socket("2.2")
        await large.send("x" * 1_000_000)
        assert await close_code(large) == 1009
        await call(other, "ping")


async def test_sigterm_finishes_what_is_under_way_and_tells_clients_to_come_back(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 1) as (server,):
        busy, idle = await server.socket("1.1"), await server.socket("2.2")
        await busy.send(json.dumps({"type": "test:work", "ref": "1", "data": {"seconds": 1}}))
        await call(idle, "ping")
        server.process.send_signal(signal.SIGTERM)
        assert (await expect(busy, "ack")) == {"done": "yes"}
        assert await close_code(busy) == CloseCode.RESTARTING
        assert await close_code(idle) == CloseCode.RESTARTING


PING = b"\x89\x04"  # with four bytes of its own


def handshake(path: str = "/ws/") -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade"]
    keys = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: hubbub.v1, bearer.1.1"]
    return "\r\n".join([*lines, *keys, "", ""]).encode()


async def test_client_that_went_silent_is_found(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 1, ping_seconds=0.3) as (server,):
        await (await server.socket("1.1")).close()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(handshake())
        async with asyncio.timeout(PATIENCE):
            heard = await reader.read()  # until it is closed
        writer.close()
        assert heard.startswith(b"HTTP/1.1 101 "), "it was let in"
        assert PING in heard, "it was asked for a sign of life"


async def test_plain_handlers_run_side_by_side(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 1) as (server,):
        sockets = [await server.socket(f"{number}.{number}") for number in range(1, THREADS + 1)]
        met = await asyncio.gather(*(call(client, "test:meet", seconds=PATIENCE) for client in sockets))
        assert met == [{}] * THREADS


async def test_client_that_pings_and_reads_no_answers_is_dropped_and_costs_no_memory(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 1) as (server,):
        other = await server.socket("2.2")
        before = resident(server.process.pid)
        pings = (b"\x89\xfd" + bytes(4) + bytes(125)) * 1000

        def flood() -> int:
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", server.port))
                client.settimeout(PATIENCE)
                client.sendall(handshake())
                assert client.recv(20).startswith(b"HTTP/1.1 101 ")
                sent = 0
                try:
                    while sent < FLOOD_BYTES:
                        sent += client.send(pings)
                except (ConnectionError, BrokenPipeError):
                    return sent
                return sent

        assert await asyncio.to_thread(flood) < FLOOD_BYTES
        await call(other, "ping")
        assert resident(server.process.pid) - before < 8_000_000


FLOOD_BYTES = 60_000_000


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_no_socket_is_anywhere_else(own_redis: OwnRedis) -> None:
    async with serving(own_redis, 1) as (server,):
        other = await server.socket("2.2")
        for path in ("/ws/anything", "/", "/ws"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(handshake(path))
            async with asyncio.timeout(PATIENCE):
                assert (await reader.readline()).startswith(b"HTTP/1.1 403 ")
            writer.close()
        await call(other, "ping")


def test_the_server_believes_nobody_about_addresses_itself() -> None:
    assert config(fd=0).proxy_headers is False
