"""From a network connection to somebody's socket and back: who it is, whether there is a seat, which rooms it starts in, who hears that it is gone.

Sockets that come together are let in together, and those that go together are seen off together: who came while the last group was looked at
makes up the next one, and a group costs the same few queries whether it holds one socket or sixty. A thousand clients that come back at once are
a few dozen groups; a thousand that are gone at once are a few.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from core.errors import DomainError, RateLimited, Unavailable
from core.realtime.authentication import Credential, Identity, authenticator
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.hub import Hub
from core.realtime.registry import DisconnectHook, frame, hooks
from core.realtime.threads import call, in_thread
from core.realtime.together import Together, answer
from core.realtime.wire import Authenticated

log = structlog.get_logger(__name__)
ADMISSION_SECONDS = 20.0
SEAT_RETRY_SECONDS = 30.0
COMING_TOGETHER = 64
GOING_TOGETHER = 500
GROUPS = 1  # that are looked at at the same time: two would be half as large, and what a group costs is mostly the interpreter's time


class Refused(Exception):
    """``error`` is told to the client, then the socket closes with ``code``."""

    def __init__(self, error: DomainError, code: CloseCode) -> None:
        self.error = error
        self.code = code
        super().__init__(error.message)


def not_authenticated(message: str = "Sign in first.") -> DomainError:
    return DomainError(message, code="not_authenticated")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A connection that wants in. ``answer`` is set once it is in, or to the exception that keeps it out."""

    connection: Connection
    credential: Credential
    answer: "asyncio.Future[None]"

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(frozen=True, slots=True)
class Departure:
    """A connection that is gone. ``answer`` is set once everybody knows."""

    connection: Connection
    answer: "asyncio.Future[None]"


class Door:
    """Those who come and go at one hub."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._coming = Together(self._admit, largest=COMING_TOGETHER, at_once=GROUPS, spawn=hub.spawn)
        self._going = Together(self._see_off, largest=GOING_TOGETHER, at_once=GROUPS, spawn=hub.spawn)

    async def admit(self, connection: Connection, credential: Credential) -> None:
        """Make ``connection`` the socket of whoever shows ``credential``.

        Raises Refused: not authenticated, too many sockets, or nobody could look in time.
        """
        arrival = Arrival(connection, credential, self.hub.loop.create_future())
        self._coming.add(arrival)
        try:
            async with asyncio.timeout(ADMISSION_SECONDS):
                await arrival.answer
        except DomainError as error:
            raise Refused(error, CloseCode.NOT_AUTHENTICATED) from error
        except TimeoutError as error:
            raise Refused(Unavailable(), CloseCode.TRY_LATER) from error

    async def see_off(self, connection: Connection) -> None:
        """Give back what a connection was given, and tell the slices that it is gone."""
        departure = Departure(connection, self.hub.loop.create_future())
        self._going.add(departure)
        await departure.answer

    async def _admit(self, group: Sequence[Arrival]) -> None:
        """Let a group in. Where that fails as a whole each is looked at alone: one connection's trouble is never another's."""
        try:
            await self._admit_together(group)
        except Exception as error:
            if len(group) == 1:
                group[0].refuse(error)
                return
            log.exception("socket_group_not_admitted", sockets=len(group))
            for arrival in group:
                await self._admit([arrival])

    async def _admit_together(self, group: Sequence[Arrival]) -> None:
        since = time.monotonic()
        known = await self._seated(await self._identified(group))
        connections = [arrival.connection for arrival in known]
        rooms: dict[Connection, list[str]] = {connection: [] for connection in connections}
        try:
            for hook in hooks.connect if connections else ():
                for connection, names in (await call(hook, connections)).items():
                    rooms[connection].extend(names)
        except Exception:
            await self._undo(connections)
            raise
        for arrival in known:
            if arrival.connection.closing is None:
                self._enter(arrival.connection, rooms[arrival.connection], since)
        await self._undo([connection for connection in connections if connection.closing is not None])
        for arrival in known:
            answer(arrival.answer, None)

    async def _identified(self, group: Sequence[Arrival]) -> list[Arrival]:
        """Those whose credentials are good; they know from now on whose they are. The others have their answer."""
        identities = await identify([arrival.credential for arrival in group])
        known = []
        for arrival, identity in zip(group, identities, strict=True):
            if isinstance(identity, DomainError):
                arrival.refuse(identity)
                continue
            connection = arrival.connection
            connection.user_id, connection.session_id = str(identity.user_id), str(identity.session_id)
            connection.expires_at = identity.expires_at
            known.append(arrival)
        return known

    async def _seated(self, known: Sequence[Arrival]) -> list[Arrival]:
        """Those for whom there is a seat. The others have their answer."""
        own: Counter[str] = Counter()
        wanted = []
        for arrival in known:
            person = arrival.connection.user_id
            wanted.append((arrival.connection, len(self.hub.people.get(person, ())) + own[person]))
            own[person] += 1
        seated = []
        for arrival, has_seat in zip(known, await self.hub.seats.take(wanted), strict=True):
            if has_seat:
                seated.append(arrival)
            else:
                message = "You have too many connections open. Close one and try again."
                error = RateLimited(SEAT_RETRY_SECONDS, message, details={"limit": "sockets"})
                arrival.refuse(Refused(error, CloseCode.TOO_MANY_SOCKETS))
        return seated

    def _enter(self, connection: Connection, rooms: Sequence[str], since: float) -> None:
        hub = self.hub
        hub.add(connection)
        hub.enter_all(connection, rooms, since=since)
        if closed := hub.closed_since(connection, since):
            hub.end(connection, closed)
            return
        connection.deliver(frame(_authenticated(connection)))

    async def _see_off(self, group: Sequence[Departure]) -> None:
        try:
            await self._undo([departure.connection for departure in group])
        finally:
            for departure in group:
                answer(departure.answer, None)

    async def _undo(self, connections: Sequence[Connection]) -> None:
        """What a socket got by being let in, or nearly let in, is given back; all slices hear of it."""
        if connections:
            await self.hub.seats.give_back(connections)
            for hook in hooks.disconnect:
                await _say_goodbye(hook, connections)


_door: Door | None = None


def door_of(hub: Hub) -> Door:
    """The one door of a hub. A process has one hub at a time, so it is made anew where that is another."""
    global _door
    if _door is None or _door.hub is not hub:
        _door = Door(hub)
    return _door


async def renew(connection: Connection, credential: Credential) -> None:
    """Let an authenticated socket outlive its token by a fresh one of the same session. Raises DomainError, and the socket stays as it was."""
    (identity,) = await identify([credential])
    if isinstance(identity, DomainError):
        raise identity
    if (str(identity.user_id), str(identity.session_id)) != (connection.user_id, connection.session_id):
        raise not_authenticated("This token belongs to another session. Open a socket of its own for it.")
    connection.expires_at = identity.expires_at
    connection.warned = False
    await connection.send(_authenticated(connection))


async def _say_goodbye(hook: DisconnectHook, connections: Sequence[Connection]) -> None:
    """Run one hook for a group. Where that fails it is run for each alone: one connection's trouble is never another's."""
    try:
        await call(hook, connections)
    except Exception:
        log.exception("disconnect_hook_failed", hook=f"{hook.__module__}.{hook.__qualname__}", sockets=len(connections))
        if len(connections) > 1:
            for connection in connections:
                await _say_goodbye(hook, [connection])


async def identify(credentials: Sequence[Credential]) -> list[Identity | DomainError]:
    """Whose each of ``credentials`` is, or why it is nobody's."""
    found: Sequence[Identity | DomainError] = await in_thread(authenticator().identify, credentials)
    now = datetime.now(UTC)
    return [not_authenticated("This token has expired.") if _is_over(identity, now) else identity for identity in found]


def _is_over(identity: Identity | DomainError, now: datetime) -> bool:
    return isinstance(identity, Identity) and identity.expires_at is not None and identity.expires_at <= now


def _authenticated(connection: Connection) -> Authenticated:
    return Authenticated(user=connection.user_id, session=connection.session_id, connection=connection.id, expires_at=connection.expires_at)
