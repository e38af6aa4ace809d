"""Fixtures of the chat tests: sockets of real people, through the real ASGI application."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from core.realtime.hub import stop_hub
from core.realtime.testing import SocketClient

Connect = Callable[[User], Awaitable[SocketClient]]


@pytest.fixture
async def connect(settings: Settings) -> AsyncIterator[Connect]:
    """``await connect(ana)``: a socket of hers, closed after the test, and the hub with it."""
    settings.REALTIME_PREFIX = f"test:{uuid4().hex}"
    opened: list[SocketClient] = []

    async def open_socket(person: User) -> SocketClient:
        tokens = await sync_to_async(tokens_for)(person)
        socket = await SocketClient(token=tokens.access_token).__aenter__()
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        await socket.close()
    await stop_hub()
