"""Open-loop chat load: messages are due at fixed times whether or not earlier ones were answered, and latency counts from when they were due.

``python -m benchmarks.load --dialect hubbub --url ws://127.0.0.1:8000 --members members.json --rates 100,400`` prints one JSON line for
connecting and one a rate. Members 2k and 2k+1 share a conversation; with ``--together`` all share one, and a message counts as delivered when it
has reached the last of them. With ``--survive`` lost connections come back, resume and send again what was not acknowledged.
"""

import argparse
import asyncio
import json
import random
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.processes import cpu_seconds, memory_kib
from benchmarks.wire import DIALECTS, Socket, connect

PADDING = "x" * 40
DRAIN_SECONDS = 8.0
CONNECT_TOGETHER = 50
LATE_SECONDS = 1.0
STRETCH_SECONDS = 10


class Tally:
    """One rate: when each message was due, and when its ack and its delivery to the other member came."""

    def __init__(self, hearers: int) -> None:
        self.hearers = hearers  # of each message, its sender apart
        self.heard: Counter[str] = Counter()
        self.due: dict[str, float] = {}
        self.acks: dict[str, float] = {}
        self.deliveries: dict[str, float] = {}
        self.doubled = 0
        self.errors: Counter[str] = Counter()
        self.last = time.perf_counter()

    def acknowledged(self, key: str) -> None:
        if key in self.due and key not in self.acks:
            self.last = time.perf_counter()
            self.acks[key] = self.last - self.due[key]

    def delivered(self, key: str) -> None:
        if key not in self.due:
            return
        if key in self.deliveries:
            self.doubled += 1
            return
        self.heard[key] += 1
        if self.heard[key] < self.hearers:
            return
        self.last = time.perf_counter()
        self.deliveries[key] = self.last - self.due[key]

    def caught_up_at(self) -> float | None:
        """When the last message arrived that was LATE_SECONDS on its way, by the monotonic clock all processes share; None if there was none."""
        return max((self.due[key] + took for key, took in self.deliveries.items() if took > LATE_SECONDS), default=None)

    def over_time(self, started: float) -> list[float | None]:
        """The p99 of the acks of what was due in each STRETCH_SECONDS, in milliseconds: whether it gets slower, and whether it recovers."""
        stretches: dict[int, list[float]] = {}
        for key, took in self.acks.items():
            stretches.setdefault(int((self.due[key] - started) / STRETCH_SECONDS), []).append(took)
        return [spread(stretches[number])["p99"] for number in sorted(stretches)]


class Client:
    """One member's socket."""

    def __init__(self, load: "Load", member: dict[str, Any]) -> None:
        self.load = load
        self.url = load.urls[len(load.clients) % len(load.urls)]
        self.dialect = load.dialect(member)
        self.socket: Socket | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.unanswered: dict[str, bytes] = {}
        self.coming_back = False
        self.resuming = False
        self.last_seq = 0
        self.out_of_order = 0
        self.gaps = 0

    async def connect(self) -> None:
        self.socket = await connect(self.url, self.dialect, lambda: None, self.on_text, self.on_close)
        await asyncio.wait_for(asyncio.shield(self.ready), 60)

    def send(self, key: str) -> None:
        frame = self.dialect.send(key, f"{key} {PADDING}")
        self.unanswered[key] = frame
        if self.socket is not None and self.ready.done():
            self.socket.write(frame)

    def on_text(self, payload: bytes) -> None:
        kind, about = self.dialect.read(payload)
        tally = self.load.tally
        if kind == "new":
            key, own, seq = about
            if self.follow(seq) and not own:
                tally.delivered(key)
        elif kind == "ack":
            self.unanswered.pop(about, None)
            tally.acknowledged(about)
        elif kind == "say":
            assert self.socket is not None  # noqa: S101 - it just spoke
            self.socket.write(about)
        elif kind == "ready":
            if not self.ready.done():
                self.ready.set_result(None)
        elif kind == "resumed":
            self.resuming = False
            for frame in list(self.unanswered.values()):
                self.socket.write(frame)  # type: ignore[union-attr]
        elif kind == "error":
            tally.errors[str(about)] += 1

    def follow(self, seq: int) -> bool:
        """Numbers go up one by one, also over reconnections. Whether this one is taken.

        Like any client, this one leaves live messages that come between its return and the end of its ``resume`` to the latter, which brings
        them in their order.
        """
        if not self.load.survive or seq == self.last_seq + 1:
            self.last_seq = seq
            return True
        if self.resuming:
            return False
        if seq <= self.last_seq:
            self.out_of_order += 1
        else:
            self.gaps += 1
        self.last_seq = max(seq, self.last_seq)
        return True

    def on_close(self, code: int) -> None:
        self.socket = None
        if self.load.ending:
            return
        self.load.closes[code] += 1
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"closed with {code}"))
            self.ready.exception()  # whoever waits for it gets it; a client that nobody waits for may go in silence
        if self.load.survive:
            self.ready = asyncio.get_running_loop().create_future()
            self.resuming = True
            if not self.coming_back:
                self.coming_back = True
                self.load.keep(asyncio.ensure_future(self.come_back()))

    async def come_back(self) -> None:
        pause = 0.1
        while self.socket is None and not self.load.ending:
            await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311
            pause = min(pause * 2, 2.0)
            try:
                await self.connect()
                if self.socket is not None:
                    self.socket.write(self.dialect.resume(self.last_seq))
            except (OSError, TimeoutError):
                continue
        self.coming_back = False


class Load:
    """All clients, and what is measured."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.urls: list[str] = arguments.url.split(",")
        self.dialect = DIALECTS[arguments.dialect]
        self.survive: bool = arguments.survive
        self.together: bool = arguments.together
        self.pids = dict(item.split(":") for item in arguments.pids.split(",") if item)
        self.members = json.loads(Path(arguments.members).read_text())[: arguments.clients]
        self.seconds: float = arguments.seconds
        self.settle: float = arguments.settle
        self.tally = Tally(self.hearers)
        self.closes: Counter[int] = Counter()
        self.clients: list[Client] = []
        self.ending = False
        self.offers = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.run = f"{int(time.time()):x}"

    @property
    def hearers(self) -> int:
        return len(self.members) - 1 if self.together else 1

    def keep(self, task: "asyncio.Task[None]") -> None:
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def connect(self) -> dict[str, Any]:
        before = memory_kib(self.pids["server"]) if "server" in self.pids else 0
        for member in self.members:
            self.clients.append(Client(self, member))
        waiting, took, failed = iter(self.clients), [], Counter[str]()
        started = time.perf_counter()

        async def one_after_the_other() -> None:
            for client in waiting:
                at = time.perf_counter()
                try:
                    await client.connect()
                    took.append(time.perf_counter() - at)
                except (OSError, TimeoutError) as error:
                    failed[type(error).__name__] += 1

        await asyncio.gather(*(one_after_the_other() for _ in range(CONNECT_TOGETHER)))
        seconds = time.perf_counter() - started
        await asyncio.sleep(self.settle)
        after = memory_kib(self.pids["server"]) if "server" in self.pids else 0
        each = round((after - before) / max(1, len(took)), 1)
        return {"step": "connect", "clients": len(took), "failed": failed, "seconds": round(seconds, 2), **spread(took), "kib_per_socket": each}

    async def offer(self, rate: float, seconds: float) -> dict[str, Any]:
        """``rate`` messages a second, spread over all conversations, both members in turn."""
        tally = self.tally = Tally(self.hearers)
        self.offers += 1  # names messages anew, also where the warm run had the same rate
        pairs, total = len(self.clients) // 2, int(rate * seconds)
        used, started = self.cpu(), time.perf_counter()
        sent = 0
        while sent < total:
            due = min(total, int((time.perf_counter() - started) * rate) + 1)
            while sent < due:
                key = f"{self.run}-{self.offers}-{sent}"
                tally.due[key] = started + sent / rate
                self.clients[(sent % pairs) * 2 + (sent // pairs) % 2].send(key)
                sent += 1
            await asyncio.sleep(0.001)
        tally.last = time.perf_counter()
        drain = DRAIN_SECONDS * (3 if self.survive else 1)
        while (len(tally.acks) < total or len(tally.deliveries) < total) and time.perf_counter() - tally.last < drain:
            await asyncio.sleep(0.02)
        took = tally.last - started
        spent = {name: round((after - used[name]) * 1e6 / total) for name, after in self.cpu().items()}
        return {
            "step": "offer",
            "rate": rate,
            "sent": total,
            "acknowledged": len(tally.acks),
            "delivered": len(tally.deliveries),
            "lost": len(tally.acks.keys() - tally.deliveries.keys()),
            "doubled": tally.doubled,
            "achieved": round(len(tally.acks) / max(took, seconds), 1),
            "ack": spread(tally.acks.values()),
            "delivery": spread(tally.deliveries.values()),
            "ack_p99_over_time": tally.over_time(started),
            "caught_up_at": tally.caught_up_at(),
            "errors": tally.errors,
            "closes": self.closes,
            "out_of_order": sum(client.out_of_order for client in self.clients),
            "gaps": sum(client.gaps for client in self.clients),
            "cpu_us_per_message": spent,
            "server_kib": memory_kib(self.pids["server"]) if "server" in self.pids else 0,
        }

    def cpu(self) -> dict[str, float]:
        own = resource.getrusage(resource.RUSAGE_SELF)
        return {**{name: cpu_seconds(pid) for name, pid in self.pids.items()}, "client": own.ru_utime + own.ru_stime}


def spread(seconds: Any) -> dict[str, float | None]:
    """Percentiles in milliseconds."""
    values = sorted(seconds)
    if not values:
        return {"p50": None, "p95": None, "p99": None, "max": None}
    return {
        name: round(values[min(len(values) - 1, int(len(values) * at))] * 1000, 2)
        for name, at in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1))
    }


async def run(arguments: argparse.Namespace) -> None:
    load = Load(arguments)
    print(json.dumps(await load.connect()), flush=True)  # noqa: T201 - the output of this program
    rates = [float(rate) for rate in arguments.rates.split(",") if rate]
    if rates and not arguments.survive:
        await load.offer(min(50.0, rates[0]), 3)
    for rate in rates:
        print(json.dumps(await load.offer(rate, load.seconds)), flush=True)  # noqa: T201 - the output of this program
    load.ending = True
    for client in load.clients:
        if client.socket is not None:
            client.socket.transport.abort()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--dialect", choices=DIALECTS, required=True)
    parser.add_argument("--url", required=True, help="of the server, or of several with commas between, which members are given in turn")
    parser.add_argument("--members", required=True, help="JSON list of {token, user, conversation}")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rates", default="", help="messages a second, one run each")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--settle", type=float, default=3)
    parser.add_argument("--pids", default="", help="name:pid,… whose CPU is measured; the memory of the one called server, too")
    parser.add_argument("--survive", action="store_true")
    parser.add_argument("--together", action="store_true")
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
