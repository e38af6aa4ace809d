"""Frames every socket knows, whatever slices add."""

from datetime import datetime
from typing import Any

import msgspec

from core.realtime.frames import Inbound, Outbound


class Authenticate(Inbound):
    """The access token, as the first frame or to stay past the expiry of the last one."""

    token: str


class Ping(Inbound):
    """Is anybody there?"""


class RoomName(Inbound):
    """A room to join or leave, such as ``post:<id>``."""

    room: str


class RoomJoined(msgspec.Struct, frozen=True, kw_only=True):
    """The room as the server knows it."""

    room: str


class Authenticated(Outbound, type="authenticated"):
    """The socket is somebody's. Sent once all rooms are joined: what happens from here on arrives."""

    user: str
    session: str
    connection: str
    expires_at: datetime | None


class Pong(Outbound, type="pong"):
    """Here."""

    time: datetime


class SessionExpiring(Outbound, type="session:expiring"):
    """The access token of this socket ends soon: send ``authenticate`` with a fresh one, or be closed with 4401."""

    expires_at: datetime


class SessionRevoked(Outbound, type="session:revoked"):
    """The session was ended. The socket closes with 4403 right after this."""

    reason: str


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag="ack", tag_field="type"):
    """The frame with this ``ref`` was carried out."""

    ref: str
    data: Any = None


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why not. ``code`` is stable, ``message`` is for people."""

    code: str
    message: str
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class Error(msgspec.Struct, frozen=True, kw_only=True, tag="error", tag_field="type"):
    """A frame was not carried out. ``ref`` is that frame's, or null where it could not be read."""

    ref: str | None
    data: ErrorBody
