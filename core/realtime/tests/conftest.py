"""Fixtures of the socket tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields
from uuid import uuid4

import pytest
from pytest_django import Settings

from core.realtime.hub import stop_hub
from core.realtime.registry import Hooks, hooks
from core.realtime.testing import SocketClient

Connect = Callable[[str], Awaitable[SocketClient]]


@pytest.fixture(autouse=True)
def _own_corner(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """People of our own, no hooks of slices, and a corner of Redis that no other test hears."""
    for field in fields(Hooks):
        monkeypatch.setattr(hooks, field.name, type(getattr(hooks, field.name))())
    settings.REALTIME_AUTHENTICATOR = "core.realtime.tests.people.TestAuthenticator"
    settings.REALTIME_PREFIX = f"test:{uuid4().hex}"


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """``await connect("1.1")``: the authenticated socket of that token, closed after the test, and the hub with it."""
    opened: list[SocketClient] = []

    async def open_socket(token: str) -> SocketClient:
        socket = await SocketClient(token=token).__aenter__()
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        await socket.close()
    await stop_hub()
