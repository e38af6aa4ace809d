"""Whatever a client sends gets a clear answer, and the process lives."""

from typing import Annotated
from uuid import UUID

import msgspec
import pytest

from core.realtime import gateway
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.registry import Section, hooks
from core.realtime.testing import SocketClient, SocketError
from core.realtime.tests.conftest import Connect
from core.realtime.tests.people import user_id


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_json"),
        ("{", "bad_json"),
        ("[]", "bad_frame"),
        ("7", "bad_frame"),
        ("null", "bad_frame"),
        ("{}", "bad_frame"),
        ('{"type": 7}', "bad_frame"),
        ('{"type": "ping", "ref": 7}', "bad_frame"),
        ('{"type": "ping", "ref": "' + "x" * 65 + '"}', "bad_frame"),
        ('{"type": "ping", "data": NaN}', "bad_json"),
        ('{"type": "nothing:known"}', "unknown_type"),
        ('{"type": "ack"}', "unknown_type"),
        ('{"type": "ping", "data": []}', "invalid_data"),
        ('{"type": "ping", "data": null}', "invalid_data"),
        ('{"type": "room:join", "data": {}}', "invalid_data"),
        ('{"type": "room:join", "data": {"room": 7}}', "invalid_data"),
        ('{"type": "room:join", "data": {"room": "post:\\u0000"}}', "invalid_data"),
        ('{"type": "ping", "data": {"x": ' + "[" * 20_000 + "]" * 20_000 + "}}", "bad_json"),
        ('{"type": "resume", "data": ' + '{"a":' * 9_000 + "1" + "}" * 9_000 + "}", "bad_json"),
        ('{"type": "ping", "data": {"x": "' + "y" * gateway.FRAME_BYTES + '"}}', "frame_too_large"),
        ('{"type": "ping", "data": {"x": "' + "é" * (gateway.FRAME_BYTES // 2) + '"}}', "frame_too_large"),
    ],
)
async def test_bad_frame_is_answered_with_a_stable_code(connect: Connect, text: str, code: str) -> None:
    socket = await connect("1.1")
    await socket.send_text(text)
    assert (await socket.expect("error"))["code"] == code
    await socket.call("ping")


async def test_binary_frame_is_answered_with_a_stable_code(connect: Connect) -> None:
    socket = await connect("1.1")
    await socket.send_bytes(b'{"type": "ping"}')
    assert (await socket.expect("error"))["code"] == "binary_frame"


async def test_error_carries_the_ref_of_the_frame(connect: Connect) -> None:
    socket = await connect("1.1")
    with pytest.raises(SocketError) as refused:
        await socket.call("nothing:known")
    assert refused.value.code == "unknown_type"
    assert refused.value.details == {"type": "nothing:known"}


async def test_unknown_fields_are_ignored(connect: Connect) -> None:
    socket = await connect("1.1")
    await socket.send_text('{"type": "ping", "newer": 1, "data": {"newer": 2}}')
    await socket.expect("pong")


async def test_many_bad_frames_close_the_socket(connect: Connect) -> None:
    socket = await connect("1.1")
    for _ in range(gateway.BAD_FRAMES + 1):
        await socket.send_text("{")
    assert await socket.expect_close() == CloseCode.BAD_FRAMES


async def test_frames_past_the_limit_are_refused_with_the_time_to_wait(connect: Connect) -> None:
    socket = await connect("1.1")
    for number in range(80):
        await socket.send("ping", ref=str(number))
    refused = await socket.expect("error")
    assert refused["code"] == "rate_limited"
    assert refused["details"]["limit"] == "frames"
    assert 0 < refused["details"]["retry_after"] <= 1


async def test_flood_closes_the_socket_and_no_other(connect: Connect) -> None:
    flooding, other = await connect("1.1"), await connect("1.2")
    text = msgspec.json.encode({"type": "ping"}).decode()
    for _ in range(gateway.FLOOD_FRAMES * 2):
        await flooding.send_text(text)
    assert await flooding.expect_close() == CloseCode.FLOOD
    await other.call("ping")


async def test_command_limit_is_shared_by_all_sockets_of_a_person(connect: Connect) -> None:
    first, second, stranger = await connect("1.1"), await connect("1.2"), await connect("2.3")
    for number in range(20):
        await (first, second)[number % 2].call("resume")
    for socket in (first, second):
        with pytest.raises(SocketError) as refused:
            await socket.call("resume")
        assert refused.value.code == "rate_limited"
        assert 0 < refused.value.details["retry_after"] <= 60
    await stranger.call("resume")


async def test_unknown_section_of_resume_is_refused(connect: Connect) -> None:
    socket = await connect("1.1")
    with pytest.raises(SocketError) as refused:
        await socket.call("resume", {"nothing": {}})
    assert refused.value.code == "invalid_data"


@pytest.mark.parametrize("value", [7, [], {"not an id": 1}, {user_id(1): "x"}, {user_id(1): -1}])
async def test_section_of_resume_that_makes_no_sense_is_refused(connect: Connect, monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    async def never(connection: Connection, seen: object) -> None:
        raise AssertionError(seen)

    monkeypatch.setitem(hooks.resume, "test", Section(dict[UUID, Annotated[int, msgspec.Meta(ge=0)]], None, never))
    socket = await connect("1.1")
    with pytest.raises(SocketError) as refused:
        await socket.call("resume", {"test": value})
    assert (refused.value.code, refused.value.details) == ("invalid_data", {"field": "test"})


async def test_commands_before_authenticating_are_refused(connect: Connect) -> None:
    async with SocketClient() as socket:
        await socket.call("ping")
        with pytest.raises(SocketError) as refused:
            await socket.call("room:join", {"room": f"user:{user_id(1)}"})
        assert refused.value.code == "not_authenticated"


async def test_rooms_nobody_registered_do_not_exist(connect: Connect) -> None:
    socket = await connect("1.1")
    for room in (f"user:{user_id(2)}", f"session:{user_id(2)}", "post", "", ":", "conversation:1"):
        with pytest.raises(SocketError) as refused:
            await socket.call("room:join", {"room": room})
        assert refused.value.code == "not_found"
