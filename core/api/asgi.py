"""Bodies are limited before they are read. Django under ASGI takes in a whole body before any view can refuse it, so this stands in front."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from django.conf import settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]  # frameworks disagree on the exact mappings


class BodyTooLargeError(Exception):
    """More arrived than was announced or allowed."""


def limit_for(path: str) -> int:
    """Bytes a request to ``path`` may carry: the longest prefix in ``settings.BODY_LIMITS`` decides."""
    prefix = max((prefix for prefix in settings.BODY_LIMITS if path.startswith(prefix)), key=len)
    return settings.BODY_LIMITS[prefix]


class BodyLimit:
    """ASGI middleware: 413 for a body that is announced too large, or that grows too large on the way."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        limit = limit_for(scope["path"])
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > limit:
            await refuse(send)
            return
        taken, answered = 0, False

        async def counted_receive() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise BodyTooLargeError
            return message

        async def noted_send(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, counted_receive, noted_send)
        except BodyTooLargeError:
            if not answered:
                await refuse(send)


async def refuse(send: Send) -> None:
    """413 in the shape of the API's errors. The connection is closed, so that the rest of the body need not be read."""
    error = {"code": "body_too_large", "message": "That is larger than what is accepted here.", "details": {}}
    body = msgspec.json.encode({"success": False, "error": error})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
