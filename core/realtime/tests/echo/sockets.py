"""Commands with which tests make a server process do things."""

import threading
import time
from collections.abc import Sequence

from core.realtime import push
from core.realtime.connection import Connection
from core.realtime.registry import Inbound, command, on_connect
from core.realtime.tests.echo.wire import Said
from core.realtime.threads import THREADS
from core.realtime.wire import Ping


class Say(Inbound):
    """Words for everyone in the one room there is, ``times`` over."""

    words: str
    times: int = 1


class Work(Inbound):
    """How long to be busy."""

    seconds: float


@on_connect
def everyone_is_in_one_room(connections: Sequence[Connection]) -> dict[Connection, list[str]]:
    return {connection: ["test:everyone"] for connection in connections}


@command("test:say", Say)
def say(connection: Connection, data: Say) -> None:
    for _ in range(data.times):
        push.push("test:everyone", Said(words=data.words))


@command("test:work", Work)
def work(connection: Connection, data: Work) -> dict[str, str]:
    time.sleep(data.seconds)
    return {"done": "yes"}


meeting = threading.Barrier(THREADS)


@command("test:meet", Work)
def meet(connection: Connection, data: Work) -> None:
    """Returns when as many as there are threads are in here at once."""
    meeting.wait(data.seconds)


@command("test:count", Ping, limits=["6/m"])
async def count(connection: Connection, data: Ping) -> None:
    """Nothing, but not often."""
