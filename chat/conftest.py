"""Fixtures of the chat tests: sockets of real people, through the real ASGI application."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.users.models import User
from core.realtime.hub import stop_hub
from core.realtime.testing import SocketClient

Connect = Callable[[User], Awaitable[SocketClient]]


@pytest.fixture
async def connect(settings: Settings) -> AsyncIterator[Connect]:
    """``await connect(ana)``: a socket of hers, closed after the test, and the hub with it."""
    settings.REALTIME_AUTHENTICATOR = "core.realtime.tests.people.TestAuthenticator"
    settings.REALTIME_PREFIX = f"test:{uuid4().hex}"
    opened: list[SocketClient] = []

    async def open_socket(person: User) -> SocketClient:
        socket = await SocketClient(token=f"{person.pk.int}.{uuid4().int}").__aenter__()
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        await socket.close()
    await stop_hub()
