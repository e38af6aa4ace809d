"""From a network connection to somebody's socket: who it is, whether there is a seat, and which rooms it starts in."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from core.errors import DomainError, RateLimited, Unavailable
from core.realtime.authentication import Identity
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.registry import hooks
from core.realtime.threads import in_thread, is_coroutine_function
from core.realtime.wire import Authenticated

ADMISSION_SECONDS = 20.0
SEAT_RETRY_SECONDS = 30.0


class Refused(Exception):
    """``error`` is told to the client, then the socket closes with ``code``."""

    def __init__(self, error: DomainError, code: CloseCode) -> None:
        self.error = error
        self.code = code
        super().__init__(error.message)


def not_authenticated(message: str = "Sign in first.") -> DomainError:
    return DomainError(message, code="not_authenticated")


async def admit(connection: Connection, identify: Callable[[], Identity]) -> None:
    """Make ``connection`` the socket of whom ``identify`` finds.

    Raises Refused: not authenticated, too many sockets, or the session ended while we looked.
    """
    since = time.monotonic()
    try:
        async with asyncio.timeout(ADMISSION_SECONDS):
            identity, rooms = await in_thread(_identify, connection, identify)
            await _take_seat(connection, identity)
            for hook in hooks.connect:
                if is_coroutine_function(hook):
                    rooms.extend(await hook(connection))
    except DomainError as error:
        raise Refused(error, CloseCode.NOT_AUTHENTICATED) from error
    except TimeoutError as error:
        raise Refused(Unavailable(), CloseCode.TRY_LATER) from error
    if connection.closing is not None:
        await connection.hub.seats.give_back(connection)
        return
    connection.hub.add(connection)
    connection.hub.enter_all(connection, rooms, since=since)
    if closed := connection.hub.closed_since(connection, since):
        connection.hub.end(connection, closed)
        return
    await connection.send(_authenticated(connection))


async def renew(connection: Connection, identify: Callable[[], Identity]) -> None:
    """Let an authenticated socket outlive its token by a fresh one of the same session. Raises DomainError, and the socket stays as it was."""
    identity = await in_thread(identify)
    if (str(identity.user_id), str(identity.session_id)) != (connection.user_id, connection.session_id):
        raise not_authenticated("This token belongs to another session. Open a socket of its own for it.")
    connection.expires_at = identity.expires_at
    connection.warned = False
    await connection.send(_authenticated(connection))


def _identify(connection: Connection, identify: Callable[[], Identity]) -> tuple[Identity, list[str]]:
    """On a thread: who it is and what the plain hooks say, in one hop."""
    identity = identify()
    if identity.expires_at is not None and identity.expires_at <= datetime.now(UTC):
        raise not_authenticated("This token has expired.")
    connection.user_id, connection.session_id = str(identity.user_id), str(identity.session_id)
    connection.expires_at = identity.expires_at
    rooms: list[str] = []
    for hook in hooks.connect:
        if not is_coroutine_function(hook):
            found: Iterable[str] = hook(connection)  # type: ignore[assignment]
            rooms.extend(found)
    return identity, rooms


async def _take_seat(connection: Connection, identity: Identity) -> None:
    own = len(connection.hub.people.get(str(identity.user_id), ()))
    if not await connection.hub.seats.take(connection, own):
        message = "You have too many connections open. Close one and try again."
        raise Refused(RateLimited(SEAT_RETRY_SECONDS, message, details={"limit": "sockets"}), CloseCode.TOO_MANY_SOCKETS)


def _authenticated(connection: Connection) -> Authenticated:
    return Authenticated(user=connection.user_id, session=connection.session_id, connection=connection.id, expires_at=connection.expires_at)
