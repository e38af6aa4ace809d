"""Who is connected to this process and in which rooms, and the way in for everything that is pushed.

One hub serves one event loop. It delivers to its own members directly, sends the same operation to the other processes through ``bus``, and
does for its members what the others send. All state belongs to the loop; other threads hand operations over with ``submit``.
"""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings

from core.realtime import metrics
from core.realtime.budget import Budgets
from core.realtime.bus import AskAgain, Bus, Deliver, Disconnect, Join, Leave, Missed, Operation, end
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.redis_link import RedisLink
from core.realtime.registry import GapHook, HeartbeatHook, ask_again_hook, frame, hooks
from core.realtime.seats import Seats
from core.realtime.threads import call
from core.realtime.wire import SessionExpiring

log = structlog.get_logger(__name__)
TICK_SECONDS = 1.0
HEARTBEAT_CHUNK = 500
RECENT_SECONDS = 60.0  # longer than admission may take
EXPIRY_WARNING = timedelta(seconds=60)


class Hub:
    """The rooms of one process. Made by ``current_hub`` with the first socket."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.connections: dict[str, Connection] = {}
        self.rooms: dict[str, set[Connection]] = {}
        self.people: dict[str, set[Connection]] = {}
        self.draining = False
        self.bus = Bus(self.perform, self.missed)
        self.seats = Seats(self.bus)
        self.budgets = Budgets(RedisLink(settings.REALTIME_REDIS_URL), self.spawn)
        self._incoming: deque[Operation] = deque()
        self._scheduled = False
        self._heartbeat_due = time.monotonic() + settings.REALTIME_HEARTBEAT_SECONDS
        # What changed lately, for sockets that are just reading which rooms they may have: person → room → what was done when, rooms that were
        # asked about again, and closed rooms.
        self._changes: dict[str, dict[str, tuple[float, Join | Leave]]] = {}
        self._asked: dict[str, float] = {}
        self._closed: dict[str, tuple[float, Disconnect]] = {}
        self._missed = False
        self._mending = False
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self.bus.start()
        self.spawn(self._tick())
        self.spawn(self.seats.keep_alive())

    async def stop(self) -> None:
        """End the hub's tasks. Its connections are the gateway's to close (see ``drain``)."""
        await end(self._tasks)
        self.budgets.close()
        await self.bus.stop()

    async def drain(self, seconds: float = 25.0) -> None:
        """Before the process ends: let commands under way finish, then close every socket with RESTARTING."""
        self.draining = True
        deadline = time.monotonic() + seconds
        while any(connection.busy for connection in self.connections.values()) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        closing = list(self.connections.values())
        for connection in closing:
            connection.close(CloseCode.RESTARTING, "restarting")
        waiting = [asyncio.ensure_future(connection.drained()) for connection in closing]
        if waiting:
            await asyncio.wait(waiting, timeout=max(0.0, min(5.0, deadline - time.monotonic())))
        await self.bus.flush()

    # --- members ------------------------------------------------------------------------------------------------------------------------

    def add(self, connection: Connection) -> None:
        """Enter an authenticated connection and put it into its person's and its session's room."""
        self.connections[connection.id] = connection
        self.people.setdefault(connection.user_id, set()).add(connection)
        self.enter(connection, f"user:{connection.user_id}")
        self.enter(connection, f"session:{connection.session_id}")
        metrics.connections.inc()

    def remove(self, connection: Connection) -> None:
        if self.connections.pop(connection.id, None) is None:
            return
        metrics.connections.dec()
        for room in tuple(connection.rooms):
            self.exit(connection, room)
        if members := self.people.get(connection.user_id):
            members.discard(connection)
            if not members:
                del self.people[connection.user_id]

    def enter(self, connection: Connection, room: str, position: int | None = None) -> None:
        """Put a connection into a room. What it was given there so far stands; one that is gone enters nothing."""
        if connection.id not in self.connections:
            return
        connection.rooms.add(room)
        self.rooms.setdefault(room, set()).add(connection)
        if position is not None:
            connection.positions.setdefault(room, position)

    def exit(self, connection: Connection, room: str) -> None:
        connection.rooms.discard(room)
        connection.positions.pop(room, None)
        if members := self.rooms.get(room):
            members.discard(connection)
            if not members:
                del self.rooms[room]

    def enter_all(self, connection: Connection, rooms: Iterable[str], *, since: float) -> None:
        """Enter the rooms hooks read from PostgreSQL, corrected by the joins and leaves that passed by since they began to read."""
        for room in rooms:
            self.enter(connection, room)
        for at, operation in self._changes.get(connection.user_id, {}).values():
            if at >= since:
                self._move(connection, operation)

    def touched_since(self, connection: Connection, rooms: Iterable[str], since: float) -> bool:
        """Whether the connection was to join or leave any of ``rooms``, or was to be asked about one, since: then what was read before is old."""
        changes = self._changes.get(connection.user_id, {})
        return any(self._asked.get(room, 0.0) >= since or (room in changes and changes[room][0] >= since) for room in rooms)

    def _move(self, connection: Connection, operation: Join | Leave) -> None:
        if isinstance(operation, Join):
            self.enter(connection, operation.room, operation.position)
        else:
            self.exit(connection, operation.room)

    def closed_since(self, connection: Connection, since: float) -> Disconnect | None:
        """A disconnect this connection would have met, had it been entered at ``since``."""
        for room in (f"user:{connection.user_id}", f"session:{connection.session_id}"):
            at, operation = self._closed.get(room, (0.0, None))
            if at >= since:
                return operation
        return None

    # --- operations ---------------------------------------------------------------------------------------------------------------------

    def submit(self, operation: Operation) -> None:
        """Perform here and publish to the other processes. From any thread; on the loop itself it is done on return."""
        try:
            on_loop = asyncio.get_running_loop() is self.loop
        except RuntimeError:
            on_loop = False
        if on_loop and not self._incoming:
            self._take(operation)
            return
        self._incoming.append(operation)
        if not self._scheduled:
            self._scheduled = True
            self.loop.call_soon_threadsafe(self._take_incoming)

    def _take_incoming(self) -> None:
        self._scheduled = False
        while self._incoming:
            self._take(self._incoming.popleft())

    def _take(self, operation: Operation) -> None:
        self.bus.publish(operation)
        self.perform(operation)

    def perform(self, operation: Operation) -> None:
        """Do one operation for the members of this process. One operation's trouble is never another's: it is logged."""
        try:
            self._perform(operation)
        except Exception:
            log.exception("hub_operation_failed", operation=type(operation).__name__)

    def _perform(self, operation: Operation) -> None:
        match operation:
            case Deliver(rooms=[room], frame=text, position=int(position)):
                self._deliver_in_order(room, text, position)
            case Deliver(rooms=rooms, frame=text, exclude=exclude):
                for connection in self.members(rooms):
                    if exclude is None or exclude not in (connection.id, connection.user_id):
                        connection.deliver(text)
            case Join(user=user, room=room) | Leave(user=user, room=room):
                self._changes.setdefault(user, {})[room] = (time.monotonic(), operation)
                for connection in self.people.get(user, ()):
                    self._move(connection, operation)
            case Disconnect(room=room):
                self._closed[room] = (time.monotonic(), operation)
                for connection in tuple(self.rooms.get(room, ())):
                    self.end(connection, operation)
            case AskAgain(rooms=rooms):
                for room in rooms:
                    self._asked[room] = time.monotonic()
                    if (members := list(self.rooms.get(room, ()))) and (asked := ask_again_hook(room)) is not None:
                        self.spawn(self._run_hook(asked, room, members))
            case Missed():
                self.missed()

    def _deliver_in_order(self, room: str, text: str, position: int) -> None:
        behind = []
        for connection in tuple(self.rooms.get(room, ())):
            last = connection.positions.get(room)
            if last is None or position == last + 1:
                connection.positions[room] = position
                connection.deliver(text)
            elif position > last + 1:
                behind.append(connection)
        if behind and (hook := hooks.gap.get(room.partition(":")[0])) is not None:
            metrics.gaps.inc()
            self.spawn(self._run_hook(hook, room, behind))

    async def _run_hook(self, hook: GapHook, room: str, connections: list[Connection]) -> None:
        try:
            await hook(room, connections)
        except Exception:
            log.exception("room_hook_failed", room=room, hook=f"{hook.__module__}.{hook.__qualname__}")

    def members(self, rooms: list[str]) -> Iterable[Connection]:
        """Everyone in any of ``rooms``, once, as a copy that may be iterated while members come and go."""
        if len(rooms) == 1:
            return tuple(self.rooms.get(rooms[0], ()))
        found: set[Connection] = set()
        return found.union(*(self.rooms.get(room, ()) for room in rooms))

    @staticmethod
    def end(connection: Connection, operation: Disconnect) -> None:
        """Close one connection as ``operation`` says."""
        if operation.frame:
            connection.deliver(operation.frame)
        connection.close(operation.code, operation.reason)

    # --- time ---------------------------------------------------------------------------------------------------------------------------

    def missed(self) -> None:
        """Events may have been lost on the way here: let slices compare every connection with PostgreSQL, and count seats anew.

        However often this is said while that is under way, it is done once more.
        """
        metrics.gaps.inc()
        self.spawn(self.seats.claim_again(list(self.connections.values())))
        self._missed = True
        if not self._mending:
            self._mending = True
            self.spawn(self._mend())

    async def _mend(self) -> None:
        try:
            while self._missed:
                self._missed = False
                await self._beat()
                await self._run_over_everyone(hooks.missed)
        finally:
            self._mending = False

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                self._tock(time.monotonic())
            except Exception:
                log.exception("hub_tick_failed")

    def _tock(self, now: float) -> None:
        if now >= self._heartbeat_due:
            self._heartbeat_due = now + settings.REALTIME_HEARTBEAT_SECONDS
            self.budgets.windows.forget_idle()
            self.spawn(self._beat())
        self._check_expiry()
        self._forget(now - RECENT_SECONDS)

    def _check_expiry(self) -> None:
        now = datetime.now(UTC)
        soon = now + EXPIRY_WARNING
        for connection in tuple(self.connections.values()):
            if connection.expires_at is None or connection.expires_at > soon:
                continue
            if connection.expires_at <= now:
                connection.close(CloseCode.NOT_AUTHENTICATED, "token expired")
            elif not connection.warned:
                connection.warned = True
                connection.deliver(frame(SessionExpiring(expires_at=connection.expires_at)))

    def _forget(self, horizon: float) -> None:
        for user, changes in tuple(self._changes.items()):
            if all(at < horizon for at, _ in changes.values()):
                del self._changes[user]
        for room, at in tuple(self._asked.items()):
            if at < horizon:
                del self._asked[room]
        for room, (at, _) in tuple(self._closed.items()):
            if at < horizon:
                del self._closed[room]

    async def _beat(self) -> None:
        await self._run_over_everyone(hooks.heartbeat)

    async def _run_over_everyone(self, chosen: Iterable[HeartbeatHook]) -> None:
        """Run hooks over all connections, some hundred at a time."""
        everyone = list(self.connections.values())
        for start in range(0, len(everyone), HEARTBEAT_CHUNK):
            chunk = [connection for connection in everyone[start : start + HEARTBEAT_CHUNK] if connection.closing is None]
            for hook in chosen:
                try:
                    await call(hook, chunk)
                except Exception:
                    log.exception("heartbeat_hook_failed", hook=f"{hook.__module__}.{hook.__qualname__}")

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_hub: Hub | None = None


def current_hub() -> Hub:
    """The hub of the running loop, started if need be."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub()
        _hub.start()
    return _hub


def running_hub() -> Hub | None:
    """The hub of this process, or None where no socket is served (web workers, Celery, commands)."""
    if _hub is None or not _hub.loop.is_running():
        return None
    return _hub


async def stop_hub() -> None:
    """End the hub of this process, if there is one. The next socket starts another."""
    global _hub
    hub, _hub = _hub, None
    if hub is not None and hub.loop is asyncio.get_running_loop():
        await hub.stop()
