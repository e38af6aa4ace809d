"""Sockets opened with real tokens and cookies, and what ends them."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import AsyncClient

from accounts.sessions import services
from accounts.sessions.models import Session
from accounts.sessions.sockets import Authenticator, close_sockets_of_ended_sessions
from accounts.sessions.tests.factories import open_session
from accounts.users.tests.factories import UserFactory
from core.errors import DomainError
from core.realtime.authentication import Credential
from core.realtime.codes import CloseCode
from core.realtime.hub import running_hub, stop_hub
from core.realtime.testing import SocketClient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _no_hub_left_over() -> AsyncIterator[None]:
    yield
    await stop_hub()


@sync_to_async
def signed_in() -> tuple[Session, str]:
    session = open_session(UserFactory.create())
    return session, services.issue_tokens(session_id=session.pk).access_token


@sync_to_async
def end(session: Session) -> None:
    services.end_session(session_id=session.pk)


def end_in_another_process(session: Session) -> None:
    script = (
        "import django; django.setup();"
        "from accounts.sessions.services import end_session; from uuid import UUID;"
        f"end_session(session_id=UUID('{session.pk}'))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=settings.BASE_DIR, check=True, timeout=60)


async def test_token_opens_socket_of_its_session() -> None:
    session, token = await signed_in()
    async with SocketClient(token=token) as socket:
        assert socket.authenticated["user"] == str(session.user_id)
        assert socket.authenticated["session"] == str(session.pk)
        assert socket.authenticated["expires_at"]


async def test_cookie_opens_socket_of_its_session() -> None:
    session, _ = await signed_in()
    async with SocketClient(cookie=session.session_key) as socket:
        assert socket.authenticated["session"] == str(session.pk)
        assert socket.authenticated["expires_at"] is None


async def test_sign_out_closes_open_sockets_and_says_why() -> None:
    session, token = await signed_in()
    async with SocketClient(token=token) as by_token, SocketClient(cookie=session.session_key) as by_cookie:
        await end(session)
        for socket in (by_token, by_cookie):
            assert (await socket.expect("session:revoked"))["reason"] == "ended"
            assert await socket.expect_close() == CloseCode.SESSION_REVOKED


async def test_sign_out_in_another_process_closes_open_sockets() -> None:
    session, token = await signed_in()
    async with SocketClient(token=token) as socket:
        await sync_to_async(end_in_another_process, thread_sensitive=False)(session)
        assert await socket.expect_close() == CloseCode.SESSION_REVOKED


async def test_end_in_another_process_holds_for_pages_and_rest_on_the_next_request() -> None:
    session, token = await signed_in()
    page, rest, bearer = AsyncClient(), AsyncClient(), {"Authorization": f"Bearer {token}"}
    page.cookies["sessionid"] = str(session.session_key)
    assert (await page.get("/settings/sessions/")).status_code == 200
    assert (await rest.get("/api/v1/users/me", headers=bearer)).status_code == 200
    await sync_to_async(end_in_another_process, thread_sensitive=False)(session)
    assert (await page.get("/settings/sessions/")).status_code == 302
    assert (await rest.get("/api/v1/users/me", headers=bearer)).status_code == 401


async def test_other_sessions_keep_their_sockets() -> None:
    session, _ = await signed_in()
    _, token = await signed_in()
    async with SocketClient(token=token) as socket:
        await end(session)
        assert await socket.quiet()


async def test_heartbeat_finds_session_whose_end_was_not_heard() -> None:
    session, token = await signed_in()
    async with SocketClient(token=token) as socket:
        await sync_to_async(type(session).objects.filter(pk=session.pk).update)(
            ended_at=session.created_at, end_reason="ended", session_key=None, refresh_digest=""
        )
        hub = running_hub()
        assert hub
        connections = list(hub.people[str(session.user_id)])
        await sync_to_async(close_sockets_of_ended_sessions)(connections)
        assert await socket.expect_close() == CloseCode.SESSION_REVOKED


@pytest.mark.parametrize("cookie", [None, "x" * 32])
async def test_made_up_credentials_open_nothing(cookie: str) -> None:
    socket = SocketClient(token=None if cookie else "a.b.c", cookie=cookie)
    await socket.connect()
    assert await socket.expect_close() == CloseCode.NOT_AUTHENTICATED
    await socket.close()


async def test_token_of_an_ended_session_opens_nothing() -> None:
    session, token = await signed_in()
    await end(session)
    (answer,) = await sync_to_async(Authenticator().identify)([Credential(token=token)])
    assert isinstance(answer, DomainError)
