"""Every frame type of the socket, in and out, and the hooks of a connection's life.

A slice declares what it sends in ``wire.py``::

    class MessageNew(Outbound, type="message:new"):
        id: UUID
        body: str

and what it accepts in ``sockets.py``::

    class MessageSend(Inbound):
        body: Annotated[str, Meta(max_length=10_000)]

    @command("message:send", MessageSend, limits=["30/m", "5/s"], ack=MessageAck)
    def message_send(connection: Connection, data: MessageSend) -> MessageAck: ...

Handlers are plain functions (run on a thread of their own) or coroutines (run on the event loop: they must not block). What they return is
the ``data`` of the ``ack``; a ``DomainError`` they raise is the ``error``. The dispatcher, the AsyncAPI page and the tests read these tables.
"""

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from core.realtime.connection import Connection
from core.realtime.frames import Inbound, Outbound, encode, frame, outbound
from core.realtime.limits import Limit

__all__ = [  # with what ``frames`` has: slices import from here
    "Command",
    "ConnectHook",
    "DisconnectHook",
    "GapHook",
    "HeartbeatHook",
    "Hooks",
    "Inbound",
    "MissedHook",
    "Outbound",
    "ResumeHook",
    "Rooms",
    "Section",
    "command",
    "commands",
    "encode",
    "frame",
    "hooks",
    "on_connect",
    "on_disconnect",
    "on_gap",
    "on_heartbeat",
    "on_missed",
    "on_resume",
    "outbound",
    "room",
    "room_kinds",
]
CommandHandler = Callable[[Connection, Any], Any]
Rooms = Mapping[Connection, Iterable[str]]
ConnectHook = Callable[[Sequence[Connection]], Rooms | Awaitable[Rooms]]
DisconnectHook = Callable[[Sequence[Connection]], Awaitable[None] | None]
ResumeHook = Callable[[Connection, Any], Awaitable[Any] | Any]
HeartbeatHook = Callable[[Sequence[Connection]], Awaitable[None] | None]
MissedHook = Callable[[Sequence[Connection]], Awaitable[None]]
GapHook = Callable[[str, list[Connection]], Awaitable[None]]
RoomAuthoriser = Callable[[Collection[str], str], Collection[str]]


@dataclass(frozen=True, slots=True)
class Command:
    """One inbound type: how its data is checked, who handles it, how often a person may send it."""

    name: str
    payload: type[Any]
    handler: CommandHandler
    limits: tuple[Limit, ...]
    ack: type[Any] | None
    anonymous: bool
    decode: Callable[[Any], Any]
    is_async: bool
    description: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of ``resume``: what the client says in it, what the ``ack`` says of it, and who sends what was missed."""

    payload: Any
    answer: Any
    hook: ResumeHook


@dataclass(slots=True)
class Hooks:
    """What slices want to hear of a connection's life. Plain functions run on a thread, coroutines on the event loop."""

    connect: list[ConnectHook] = field(default_factory=list)
    disconnect: list[DisconnectHook] = field(default_factory=list)
    heartbeat: list[HeartbeatHook] = field(default_factory=list)
    missed: list[MissedHook] = field(default_factory=list)
    resume: dict[str, Section] = field(default_factory=dict)
    gap: dict[str, GapHook] = field(default_factory=dict)
    ask_again: dict[str, GapHook] = field(default_factory=dict)


ASKED_FOR = "room:join"  # where the hook of rooms that clients ask for stands in ``Hooks.ask_again``
commands: dict[str, Command] = {}
room_kinds: dict[str, RoomAuthoriser] = {}
hooks = Hooks()

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])


def command(
    type: str,  # noqa: A002 - the word of the protocol
    payload: type[Any],
    *,
    limits: Iterable[str] = (),
    ack: type[Any] | None = None,
    anonymous: bool = False,
) -> Callable[[HandlerT], HandlerT]:
    """Register the decorated function for inbound frames of ``type``.

    Args:
        payload: what ``data`` must look like; handlers get an instance.
        limits: how often one person may send it, each as ``"30/m"`` or ``"1/5s"``; the setting REALTIME_LIMITS overrides them by type.
        ack: what the handler returns, for the AsyncAPI page; None for an empty acknowledgement.
        anonymous: also before the socket is authenticated.
    """

    def register(handler: HandlerT) -> HandlerT:
        if type in commands and commands[type].handler.__module__ != handler.__module__:
            raise RuntimeError(f"{type} is already handled by {commands[type].handler.__module__}")
        commands[type] = Command(
            name=type,
            payload=payload,
            handler=handler,
            limits=Limit.for_command(type, limits),
            ack=ack,
            anonymous=anonymous,
            decode=msgspec.json.Decoder(payload).decode,
            is_async=inspect.iscoroutinefunction(handler),
            description=inspect.getdoc(handler) or "",
        )
        return handler

    return register


def on_connect(hook: HandlerT) -> HandlerT:
    """Call ``hook(connections)`` when sockets are authenticated, with all that came together: its queries are to be as many for one as for sixty.

    It returns the rooms each socket is in from the start; sockets it leaves out are in none of its rooms.
    """
    hooks.connect.append(hook)
    return hook


def on_disconnect(hook: HandlerT) -> HandlerT:
    """Call ``hook(connections)`` when authenticated sockets are gone, after they left their rooms, with all that went together.

    Its queries are to be as many for one as for five hundred.
    """
    hooks.disconnect.append(hook)
    return hook


def on_heartbeat(hook: HandlerT) -> HandlerT:
    """Call ``hook(connections)`` every REALTIME_HEARTBEAT_SECONDS, and at once when this process may have missed events.

    That is the moment to compare what a connection was last given (``connection.state``) with PostgreSQL, for all of them in one query.
    """
    hooks.heartbeat.append(hook)
    return hook


def on_missed(hook: HandlerT) -> HandlerT:
    """Call the coroutine ``hook(connections)`` when this process may have missed events, after the heartbeat hooks.

    It makes good the joins, leaves and askings that were lost: finds which rooms each connection should be in and corrects the difference.
    """
    hooks.missed.append(hook)
    return hook


def on_resume(section: str, payload: Any, *, answer: Any) -> Callable[[HandlerT], HandlerT]:
    """Call ``hook(connection, value)`` when a client's ``resume`` carries ``section``: send what it missed, in order.

    Sections are carried out in the order they were registered in, whatever order the client names them in. ``answer`` is what the hook returns
    for the ``ack``.
    """

    def register(hook: HandlerT) -> HandlerT:
        hooks.resume[section] = Section(payload, answer, hook)
        return hook

    return register


def on_gap(kind: str) -> Callable[[HandlerT], HandlerT]:
    """Call the coroutine ``hook(room, connections)`` when connections in a room ``<kind>:<id>`` missed something that was pushed in order.

    It reads what comes after ``connection.positions[room]``, delivers that, and raises the position.
    """

    def register(hook: HandlerT) -> HandlerT:
        hooks.gap[kind] = hook
        return hook

    return register


def on_ask_again(kind: str) -> Callable[[HandlerT], HandlerT]:
    """Call the coroutine ``hook(room, connections)`` when who may be in rooms ``<kind>:<id>`` may have changed (``push.ask_again``).

    It takes those out who may be there no longer. Rooms of ``room:join`` need none: their ``authorise`` is asked again.
    """

    def register(hook: HandlerT) -> HandlerT:
        hooks.ask_again[kind] = hook
        return hook

    return register


def ask_again_hook(name: str) -> "GapHook | None":
    """Who asks again about the room called ``name``; None where nobody does."""
    kind = name.partition(":")[0]
    return hooks.ask_again.get(ASKED_FOR if kind in room_kinds else kind)


def room(kind: str, *, authorise: RoomAuthoriser) -> None:
    """Let clients ask for rooms ``<kind>:<id>`` with ``room:join``.

    ``authorise(person ids, id)`` runs on a thread and returns those who may be there, in the same few queries for any number; to the others it looks
    like "not found".
    """
    room_kinds[kind] = authorise
