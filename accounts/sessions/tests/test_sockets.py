"""Sockets opened with real tokens and cookies, and what ends them."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import AsyncClient
from django.utils import timezone

from accounts.sessions import services
from accounts.sessions.models import Session
from accounts.sessions.sockets import Authenticator, look_after_sessions
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import DomainError
from core.realtime.authentication import Credential
from core.realtime.codes import CloseCode
from core.realtime.hub import running_hub, stop_hub
from core.realtime.testing import SocketClient
from core.testing.threads import race

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
        await sync_to_async(look_after_sessions)(connections)
        assert await socket.expect_close() == CloseCode.SESSION_REVOKED


LONG_AGO = timezone.now() - timedelta(days=3)


@sync_to_async
def unused(*sessions: Session) -> None:
    """As if nobody had used these for days."""
    Session.objects.filter(pk__in=[session.pk for session in sessions]).update(last_used_at=LONG_AGO)
    User.objects.filter(pk__in=[session.user_id for session in sessions]).update(last_seen_at=LONG_AGO)


async def last_uses(*sessions: Session) -> list[bool]:
    """Of each session and of its person, whether they were noted in use since."""
    for session in sessions:
        await session.arefresh_from_db()
    people = [await User.objects.aget(pk=session.user_id) for session in sessions]
    return [moment != LONG_AGO for moment in (*(session.last_used_at for session in sessions), *(person.last_seen_at for person in people))]


@sync_to_async
def beat(*sessions: Session) -> None:
    """What the hub has done every REALTIME_HEARTBEAT_SECONDS."""
    hub = running_hub()
    assert hub
    look_after_sessions([connection for session in sessions for connection in hub.people[str(session.user_id)]])


@pytest.mark.parametrize("by", ["token", "cookie"])
async def test_opening_a_socket_uses_its_session(by: str) -> None:
    session, token = await signed_in()
    await unused(session)
    async with SocketClient(token=token) if by == "token" else SocketClient(cookie=session.session_key):
        assert await last_uses(session) == [True, True]
    assert session.address == "127.0.0.1", "the last one known stays"


async def test_open_socket_is_use_every_few_minutes_and_frames_are_none() -> None:
    session, token = await signed_in()
    async with SocketClient(token=token) as socket:
        await unused(session)
        await socket.call("ping")
        assert await last_uses(session) == [False, False]
        await beat(session)
        assert await last_uses(session) == [True, True]
        noted = session.last_used_at
        await beat(session)
        await session.arefresh_from_db()
        assert session.last_used_at == noted, "not each time"


async def test_ended_and_suspended_are_in_nobodys_use() -> None:
    (ended, first), (suspended, second) = await signed_in(), await signed_in()
    async with SocketClient(token=first), SocketClient(token=second):
        await unused(ended, suspended)
        await Session.objects.filter(pk=ended.pk).aupdate(ended_at=LONG_AGO, end_reason="ended", session_key=None, refresh_digest="")
        await User.objects.filter(pk=suspended.user_id).aupdate(suspended_until=timezone.now() + timedelta(days=1))
        await beat(ended, suspended)
        assert await last_uses(ended, suspended) == [False] * 4
    for token in (first, second):
        await sync_to_async(Authenticator().identify)([Credential(token=token)])
    assert (await last_uses(ended, suspended))[:2] == [False, False]


def test_looking_after_sessions_costs_the_same_however_many_sockets(count_queries: Callable[..., int]) -> None:
    costs = []
    for size in (1, 9):
        sessions = [open_session(UserFactory.create()) for _ in range(size)]
        sockets: Any = [SimpleNamespace(session_id=str(session.pk)) for session in sessions]
        costs.append(count_queries(lambda sockets=sockets: look_after_sessions(sockets)))
        Session.objects.update(last_used_at=LONG_AGO)
        costs.append(count_queries(lambda sockets=sockets: look_after_sessions(sockets)))
    assert costs == [1, 6, 1, 6], "beginning and end of the transaction among them"


def test_of_processes_that_note_the_same_sessions_at_once_none_waits_and_all_are_noted() -> None:
    sessions = [open_session(UserFactory.create()) for _ in range(20)]
    Session.objects.update(last_used_at=LONG_AGO)
    keys = [session.pk for session in sessions]

    def note(number: int) -> None:
        services.touch_sessions(unused_seconds=dict.fromkeys(keys if number % 2 else reversed(keys), 1e6))

    assert race(note, threads=8) == [None] * 8
    assert not Session.objects.filter(last_used_at=LONG_AGO).exists()
    assert not User.objects.filter(last_seen_at=None).exists()


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
