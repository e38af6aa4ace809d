"""A WebSocket client that costs next to nothing, and the two dialects it speaks.

The load client shares two cores with the server it measures, so it does only what it must: one asyncio protocol a socket, frames parsed in place.
"""

import asyncio
import base64
import json
import os
import struct
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
MASK = b"\1\2\3\4"  # masking guards proxies, of which there are none here


class Socket(asyncio.Protocol):
    """One connection. ``on_text`` gets every text message, ``on_close`` the close code (1006 without one)."""

    def __init__(self, path: str, headers: list[str], on_open: Callable[[], None], on_text: Callable[[bytes], None], on_close: Callable[[int], None]):
        self.path = path
        self.headers = headers
        self.on_open = on_open
        self.on_text = on_text
        self.on_close = on_close
        self.opened = False
        self.code = 1006
        self.buffer = bytearray()
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        self.transport.write("\r\n".join([*lines, f"Sec-WebSocket-Key: {key}", *self.headers, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        buffer = self.buffer
        buffer += data
        if not self.opened:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.transport.abort()
                return
            del buffer[: end + 4]
            self.opened = True
            self.on_open()
        while len(buffer) >= 2:
            start, length = 2, buffer[1] & 0x7F
            if length == 126:
                if len(buffer) < 4:
                    return
                start, length = 4, int.from_bytes(buffer[2:4], "big")
            elif length == 127:
                if len(buffer) < 10:
                    return
                start, length = 10, int.from_bytes(buffer[2:10], "big")
            if len(buffer) < start + length:
                return
            opcode, payload = buffer[0] & 0xF, bytes(buffer[start : start + length])
            del buffer[: start + length]
            if opcode == TEXT:
                self.on_text(payload)
            elif opcode == PING:
                self.write(payload, PONG)
            elif opcode == CLOSE:
                self.code = int.from_bytes(payload[:2], "big") if payload else 1005
                self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.on_close(self.code)

    def write(self, payload: bytes, opcode: int = TEXT) -> None:
        length = len(payload)
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | length) if length < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, length)
        mask = (MASK * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(length, "big")
        self.transport.write(head + MASK + masked)


class Hubbub:
    """Hubbub's own frames."""

    def __init__(self, member: dict[str, Any]) -> None:
        self.member = member
        self.path = "/ws/"
        self.headers = [f"Sec-WebSocket-Protocol: hubbub.v1, bearer.{member['token']}"]

    def opened(self) -> bytes | None:
        return None

    def send(self, key: str, text: str) -> bytes:
        data = {"conversation": self.member["conversation"], "body": text, "temp_id": key}
        return json.dumps({"type": "message:send", "ref": key, "data": data}).encode()

    def resume(self, last_seq: int) -> bytes:
        data = {"conversations": {self.member["conversation"]: last_seq}}
        return json.dumps({"type": "resume", "ref": "resume", "data": data}).encode()

    def read(self, payload: bytes) -> tuple[str, Any]:
        """("ready" | "ack" | "new" | "error" | "resumed" | "other", what it is about)."""
        frame = json.loads(payload)
        match frame["type"]:
            case "message:new":
                data = frame["data"]
                return "new", (data["temp_id"], data["sender"] == self.member["user"], data["seq"])
            case "ack":
                return ("resumed", None) if frame["ref"] == "resume" else ("ack", frame["ref"])
            case "authenticated":
                return "ready", None
            case "error":
                return "error", frame["data"]["code"]
        return "other", None


class SocketIO:
    """What the Node baseline speaks: Socket.IO 4 over WebSocket."""

    def __init__(self, member: dict[str, Any]) -> None:
        self.member = member
        self.path = "/socket.io/?EIO=4&transport=websocket"
        self.headers: list[str] = []

    def opened(self) -> bytes | None:
        return None

    def send(self, key: str, text: str) -> bytes:
        return b"421" + json.dumps(["send", {"conv": self.member["conversation"], "content": text, "tid": key}]).encode()

    def read(self, payload: bytes) -> tuple[str, Any]:
        if payload.startswith(b"0"):
            return "say", b"40" + json.dumps({"token": self.member["token"]}).encode()
        if payload.startswith(b"2"):
            return "say", b"3"
        if payload.startswith(b"40"):
            return "ready", None
        if payload.startswith(b"42"):
            data = json.loads(payload[2:])[1]
            return "new", (data["tid"], data["sender"] == self.member["user"], data["id"])
        if payload.startswith(b"43"):
            data = json.loads(payload[payload.index(b"[") :])[0]
            return ("ack", data["tid"]) if "id" in data else ("error", data.get("error"))
        return "error", payload[:40].decode(errors="replace")


DIALECTS: dict[str, Any] = {"hubbub": Hubbub, "socketio": SocketIO}


async def connect(url: str, dialect: Any, on_open: Any, on_text: Any, on_close: Any) -> Socket:
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(
        lambda: Socket(dialect.path, dialect.headers, on_open, on_text, on_close), parts.hostname or "127.0.0.1", parts.port or 80
    )
    return socket
