import json
from typing import Any

import pytest
from pytest_django import Settings

from core.api.asgi import BodyLimit


async def read_all(scope: Any, receive: Any, send: Any) -> None:
    size = 0
    while (message := await receive()).get("more_body"):
        size += len(message["body"])
    size += len(message["body"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def ask(path: str, chunks: list[bytes], announced: bytes | None = None) -> tuple[int, bytes, int]:
    """Status, body, and how many chunks were taken."""
    sent: list[Any] = []
    left = list(chunks)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-length", announced)] if announced is not None else []
    await BodyLimit(read_all)({"type": "http", "path": path, "headers": headers}, receive, send)
    return sent[0]["status"], sent[1]["body"], len(chunks) - len(left)


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    settings.BODY_LIMITS = {"/api/": 10, "/api/v1/uploads": 100, "/": 50}


async def test_body_announced_too_large_is_refused_before_it_is_read() -> None:
    status, body, taken = await ask("/api/v1/posts", [b"x" * 11], b"11")
    assert (status, taken) == (413, 0)
    assert json.loads(body)["error"]["code"] == "body_too_large"


async def test_body_that_grows_too_large_is_cut_off() -> None:
    status, _, taken = await ask("/api/v1/posts", [b"x" * 6] * 5)
    assert (status, taken) == (413, 2)


@pytest.mark.parametrize("announced", [b"-1", b"1e3", b"\xff"])
async def test_nonsense_length_is_refused(announced: bytes) -> None:
    assert (await ask("/api/v1/posts", [b"x"], announced))[0] == 413


async def test_each_path_has_its_limit() -> None:
    assert (await ask("/api/v1/posts", [b"x" * 10]))[:2] == (200, b"10")
    assert (await ask("/api/v1/uploads", [b"x" * 100]))[0] == 200
    assert (await ask("/home/", [b"x" * 50]))[0] == 200
    assert (await ask("/home/", [b"x" * 51]))[0] == 413
