"""What a server does before it takes its first request."""

import asyncio
import gc
import sys
from collections.abc import Iterator

import pytest
import uvicorn
from django.conf import settings

from core.ops import loading
from core.ops.loading import load_for_good
from core.realtime.server import Server, config


@pytest.fixture(autouse=True)
def thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_loaded_is_kept_from_the_collector() -> None:
    gc.unfreeze()
    load_for_good()
    assert settings.ROOT_URLCONF in sys.modules
    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < 10_000


def test_the_server_of_sockets_is_loaded_before_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    async def listen(self: uvicorn.Server, sockets: object = None) -> None:
        done.append("listens")

    monkeypatch.setattr(uvicorn.Server, "startup", listen)
    monkeypatch.setattr(loading, "load_for_good", lambda: done.append("loads"))
    asyncio.run(Server(config()).startup())
    assert done == ["loads", "listens"]
