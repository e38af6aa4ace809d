"""The one consumer at /ws/: reads frames, finds the command, answers. It survives anything a client sends."""

import asyncio
import time
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
import structlog
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from core.errors import DomainError, Invalid, RateLimited
from core.realtime import metrics
from core.realtime.admission import Refused, door_of, not_authenticated
from core.realtime.authentication import PROTOCOL, Credential, offered_token, origin_allowed, session_cookie
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.hub import Hub, current_hub
from core.realtime.limits import Bucket
from core.realtime.registry import Command, commands, encode
from core.realtime.server import ABORT, WRITE
from core.realtime.threads import in_thread
from core.realtime.wire import Ack, Error, ErrorBody

log = structlog.get_logger(__name__)
FRAME_BYTES = 100_000
BAD_FRAMES = 20  # a minute
FLOOD_FRAMES = 300  # refused for their number, in a minute
URL_TOKENS = {"token", "access_token", "authorization", "jwt"}


class Frame(msgspec.Struct, frozen=True):
    """The envelope of everything clients send."""

    type: Annotated[str, msgspec.Meta(max_length=64)]
    ref: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


decode_frame = msgspec.json.Decoder(Frame).decode
decode_any = msgspec.json.Decoder().decode


class Strikes:
    """How much of something one socket may do wrong in a minute before it is closed."""

    __slots__ = ("_count", "_limit", "_until")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0
        self._until = 0.0

    def out(self) -> bool:
        """Count one more. True when it was one too many."""
        now = time.monotonic()
        if now > self._until:
            self._count, self._until = 0, now + 60
        self._count += 1
        return self._count > self._limit


class Gateway(AsyncConsumer):
    """One socket, from handshake to goodbye.

    A Channels consumer without a channel of its own: the hub has one for the whole process. Frames of a socket are carried out one after the
    other, so what a client sent first happens first, and a client that sends faster than it is served is not read from.
    """

    hub: Hub
    connection: Connection

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        self.scope = scope
        self.base_send = send
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - an ASGI server calls us inside a task
        self.hub = current_hub()
        offered = scope.get("extensions", {})
        self.connection = Connection(self.hub, send, offered.get(ABORT, task.cancel), offered.get(WRITE))
        self.frames = Bucket(settings.REALTIME_FRAMES_PER_SECOND)
        self.bad_frames = Strikes(BAD_FRAMES)
        self.floods = Strikes(FLOOD_FRAMES)
        self.deadline: asyncio.TimerHandle | None = None
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return
        finally:
            await self.farewell()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels' own closes old database connections on a thread before every event; handlers' threads here do that for themselves."""
        match message:
            case {"type": "websocket.receive"}:
                await self.receive(message.get("text"))
            case {"type": "websocket.connect"}:
                await self.connect()
            case {"type": "websocket.disconnect"}:
                raise StopConsumer

    # --- coming and going -----------------------------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        if not origin_allowed(self.scope):
            self.connection.close(CloseCode.NORMAL)
            return
        accept: dict[str, Any] = {"type": "websocket.accept"}
        if PROTOCOL in self.scope.get("subprotocols", ()):
            accept["subprotocol"] = PROTOCOL
        await self.send(accept)
        if URL_TOKENS & parse_qs(self.scope.get("query_string", b"").decode("latin-1"), max_num_fields=50).keys():
            self.refuse(Refused(Invalid("Never put a token into the address: it ends up in logs.", code="token_in_url"), CloseCode.BAD_FRAMES))
            return
        if (token := offered_token(self.scope)) is not None:
            await self.admit(Credential(token=token))
        elif (session_key := session_cookie(self.scope)) is not None:
            await self.admit(Credential(session_key=session_key))
        else:
            loop = asyncio.get_running_loop()
            self.deadline = loop.call_later(
                settings.REALTIME_AUTHENTICATION_SECONDS, self.connection.close_unless_authenticated, CloseCode.AUTHENTICATION_TIMEOUT
            )

    async def admit(self, credential: Credential) -> None:
        try:
            await door_of(self.hub).admit(self.connection, credential)
        except Refused as refused:
            self.refuse(refused)
        except Exception:
            log.exception("socket_admission_failed")
            self.refuse(Refused(INTERNAL_ERROR, CloseCode.TRY_LATER))

    def refuse(self, refused: Refused, ref: str | None = None) -> None:
        self.error(refused.error, ref)
        self.connection.close(refused.code, refused.error.code)

    async def farewell(self) -> None:
        """Leave nothing behind. Runs once, whatever ended the socket."""
        connection = self.connection
        if self.deadline is not None:
            self.deadline.cancel()
        connection.closing = connection.closing or CloseCode.NORMAL
        if connection.id not in self.hub.connections:
            return
        self.hub.remove(connection)
        await door_of(self.hub).see_off(connection)

    # --- frames -----------------------------------------------------------------------------------------------------------------------------

    async def receive(self, text: str | None) -> None:
        connection = self.connection
        if connection.closing is not None or self.hub.draining:
            return
        if wait := self.frames.take():
            self.error(RateLimited(wait, details={"limit": "frames"}), None)
            if self.floods.out():
                connection.close(CloseCode.FLOOD, "flood")
            return
        ref = kind = None
        connection.busy = True
        try:
            frame = read_frame(text)
            ref, kind = frame.ref, frame.type
            result = await self.carry_out(frame)
            if ref is not None:
                connection.deliver(encode(Ack(ref=ref, data=result)).decode())
        except BadFrame as bad:
            self.error(bad, ref)
            if self.bad_frames.out():
                connection.close(CloseCode.BAD_FRAMES, "too many bad frames")
        except Refused as refused:
            self.refuse(refused, ref)
        except DomainError as error:
            self.error(error, ref)
        except Exception:
            log.exception("socket_command_failed", type=kind, connection=connection.id, user_id=connection.user_id)
            self.error(INTERNAL_ERROR, ref)
        finally:
            connection.busy = False

    async def carry_out(self, frame: Frame) -> Any:
        """Check and run one command. What it returns is the ``data`` of the ``ack``."""
        command = commands.get(frame.type)
        if command is None:
            raise BadFrame("There is no such frame type.", code="unknown_type", details={"type": frame.type})
        connection = self.connection
        received, seconds = instruments(command.name)
        received.inc()
        if not connection.user_id and not command.anonymous:
            raise not_authenticated()
        data = read_data(command, frame.data)
        if command.limits and (wait := await self.used(command)):
            raise RateLimited(wait, details={"limit": command.name})
        started = time.perf_counter()
        try:
            if command.is_async:
                return await command.handler(connection, data)
            return await in_thread(command.handler, connection, data)
        finally:
            seconds.observe(time.perf_counter() - started)

    async def used(self, command: Command) -> float:
        """Count one use. Returns the seconds to wait when it is one too many."""
        connection, budgets = self.connection, self.hub.budgets
        if connection.user_id:
            return await budgets.take(connection.user_id, command.name, command.limits)
        return budgets.windows.take(connection.id, command.name, command.limits)

    def error(self, error: DomainError, ref: str | None) -> None:
        metrics.refused.labels(error.code).inc()
        body = ErrorBody(code=error.code, message=error.message, details=error.details)
        self.connection.deliver(encode(Error(ref=ref, data=body)).decode())


async def nowhere(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """Where there is no socket: the handshake is refused, as for a foreign origin."""
    await receive()
    await send({"type": "websocket.close", "code": int(CloseCode.NORMAL)})


class BadFrame(Invalid):
    """Not a frame, or not one we know."""

    default_code = "bad_frame"


INTERNAL_ERROR = DomainError("Something went wrong on our side. It was recorded.", code="internal_error")


def read_frame(text: str | None) -> Frame:
    """The envelope of ``text``. Raises BadFrame."""
    if text is None:
        raise BadFrame("Frames are text: one JSON object each.", code="binary_frame")
    if len(text) > FRAME_BYTES or (len(text) * 4 > FRAME_BYTES and len(text.encode()) > FRAME_BYTES):
        raise BadFrame(f"A frame may have {FRAME_BYTES} bytes.", code="frame_too_large", details={"max_bytes": FRAME_BYTES})
    try:
        frame = decode_frame(text)
        if "\\u0000" in text and holds_nul(decode_any(frame.data)):
            raise BadFrame("Text may not contain NUL characters.", code="invalid_data")
    except msgspec.ValidationError as error:
        raise BadFrame(f"This is not a frame: {error}") from None
    except (msgspec.DecodeError, UnicodeError):
        raise BadFrame("This is not JSON.", code="bad_json") from None
    except RecursionError:
        raise BadFrame("This is nested too deeply.", code="bad_json") from None
    return frame


def read_data(command: Command, raw: msgspec.Raw) -> Any:
    """The ``data`` of a frame as its command wants it. Raises BadFrame("invalid_data")."""
    try:
        return command.decode(raw)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadFrame(f"The data does not fit {command.name}: {error}", code="invalid_data") from None
    except RecursionError:
        raise BadFrame("This is nested too deeply.", code="invalid_data") from None


def holds_nul(value: Any) -> bool:
    """Whether any text in a JSON value has the one character PostgreSQL cannot store."""
    match value:
        case str():
            return "\0" in value
        case list():
            return any(map(holds_nul, value))
        case dict():
            return any("\0" in key or holds_nul(item) for key, item in value.items())
    return False


@cache
def instruments(name: str) -> tuple[Any, Any]:
    """The counter and the histogram of one command."""
    return metrics.frames_in.labels(name), metrics.handler_seconds.labels(name)
