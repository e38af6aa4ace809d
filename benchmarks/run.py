"""``python -m benchmarks.run <scenario> [--baseline DIR]``: start everything, measure, print a table, keep the figures as JSON lines.

Scenarios: ``sockets`` (200 and 1,000 clients, rising rates, both sides A B A B), ``sustained`` (one rate for minutes), ``kill`` (the web process
killed five times under load), ``redis-kill`` (Valkey killed and restarted empty under load).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.servers import CHECKOUT, Backends, Baseline, Hubbub, Side, backends

RATES = "50,100,200,400,800"


class Bench:
    """One run of one scenario."""

    def __init__(self, arguments: argparse.Namespace, servers: Backends) -> None:
        self.arguments = arguments
        self.servers = servers
        self.failures: list[str] = []
        self.results = CHECKOUT / ".dev" / "bench" / f"{arguments.scenario}-{time.strftime('%Y%m%dT%H%M%S')}.jsonl"

    def sides(self) -> list[Side]:
        sides: list[Side] = [Hubbub(self.servers.home)]
        if self.arguments.baseline:
            sides.append(Baseline(self.servers.home, Path(self.arguments.baseline).resolve()))
        return sides

    def load(self, side: Side, *, clients: int, rates: str, seconds: float, survive: bool = False) -> "subprocess.Popen[str]":
        pids = f"server:{side.process.pid},postgres:{self.servers.postgres.pid},redis:{self.servers.valkey.pid}"
        options = ["--dialect", side.dialect, "--url", side.url, "--members", str(side.members), "--clients", str(clients), "--rates", rates]
        more = ["--seconds", str(seconds), "--pids", pids, *(["--survive"] if survive else [])]
        return subprocess.Popen([sys.executable, "-m", "benchmarks.load", *options, *more], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)

    def report(self, side: Side, load: "subprocess.Popen[str]") -> list[dict[str, Any]]:
        assert load.stdout is not None  # noqa: S101 - it is a pipe
        steps = []
        for line in load.stdout:
            step = {"side": type(side).__name__, **json.loads(line)}
            steps.append(step)
            with self.results.open("a") as file:
                file.write(json.dumps(step) + "\n")
            say(describe(step))
        if load.wait() != 0:
            self.failures.append(f"the load client of {type(side).__name__} failed")
        return steps

    def sockets(self) -> None:
        sides = self.sides()
        for side in sides:
            side.fill(self.servers, 1000)
        for turn in range(self.arguments.turns):
            for side in sides:
                for clients in (200, 1000):
                    side.start()
                    say(f"--- {type(side).__name__}, {clients} clients, turn {turn + 1}")
                    self.report(side, self.load(side, clients=clients, rates=self.arguments.rates or RATES, seconds=self.arguments.seconds))
                    side.stop()

    def sustained(self) -> None:
        side = Hubbub(self.servers.home)
        side.fill(self.servers, 1000)
        side.start()
        rate = self.arguments.rates or "1000"
        for step in self.report(side, self.load(side, clients=1000, rates=rate, seconds=self.arguments.minutes * 60)):
            if step["step"] == "offer":
                self.expect(
                    step["lost"] == 0 and step["doubled"] == 0 and step["acknowledged"] == step["sent"],
                    "every message is acknowledged and delivered once",
                )
                self.expect(step["ack"]["p99"] < 500 and step["delivery"]["p99"] < 500, "p99 stays under 500 ms")
        side.stop()

    def kill(self) -> None:
        side = Hubbub(self.servers.home)
        side.fill(self.servers, 200)
        side.start()
        load = self.load(side, clients=200, rates=self.arguments.rates or "100", seconds=40, survive=True)
        time.sleep(8)
        for _ in range(5):
            time.sleep(4)
            side.kill()
            side.start()
        self.nothing_lost(side, load)
        side.stop()

    def redis_kill(self) -> None:
        side = Hubbub(self.servers.home)
        side.fill(self.servers, 200)
        side.start()
        load = self.load(side, clients=200, rates=self.arguments.rates or "100", seconds=30, survive=True)
        time.sleep(14)
        self.servers.kill_valkey()
        time.sleep(5)
        self.servers.start_valkey()
        for step in self.nothing_lost(side, load):
            if step["step"] == "offer":
                self.expect(not step["closes"], "no socket was closed")
        side.stop()

    def nothing_lost(self, side: Side, load: "subprocess.Popen[str]") -> list[dict[str, Any]]:
        steps = self.report(side, load)
        for step in steps:
            if step["step"] == "offer":
                self.expect(step["acknowledged"] == step["sent"], "every message is acknowledged in the end")
                self.expect(step["lost"] == 0 and step["gaps"] == 0, "no acknowledged message is missing")
                self.expect(step["doubled"] == 0 and step["out_of_order"] == 0, "none is doubled or out of order")
        return steps

    def expect(self, held: bool, what: str) -> None:
        say(f"{'ok' if held else 'NOT MET'}: {what}")
        if not held:
            self.failures.append(what)


def describe(step: dict[str, Any]) -> str:
    if step["step"] == "connect":
        memory = f"{step['kib_per_socket']} KiB a socket"
        return f"{step['clients']} connected in {step['seconds']} s (p99 {step['p99']} ms), {memory}, failed: {step['failed'] or 0}"
    ack, delivery = step["ack"], step["delivery"]
    times = f"ack {ack['p50']}/{ack['p95']}/{ack['p99']} ms, delivery {delivery['p50']}/{delivery['p95']}/{delivery['p99']} ms"
    counts = f"{step['acknowledged']}/{step['sent']} acknowledged, {step['lost']} lost, {step['doubled']} doubled"
    trouble = f"errors {step['errors'] or 0}, closes {step['closes'] or 0}"
    return f"{step['rate']:>6g}/s: {times}; {counts}; CPU µs a message {step['cpu_us_per_message']}; {trouble}"


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the output of this program


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("scenario", choices=["sockets", "sustained", "kill", "redis-kill"])
    parser.add_argument("--baseline", help="directory of the Node baseline, to be measured in the same run")
    parser.add_argument("--rates", default="", help="messages a second instead of the scenario's own")
    parser.add_argument("--seconds", type=float, default=20, help="of each rate")
    parser.add_argument("--minutes", type=float, default=5, help="of the sustained scenario")
    parser.add_argument("--turns", type=int, default=2, help="how often each side is measured, in turn")
    arguments = parser.parse_args()
    home = CHECKOUT / ".dev" / "bench"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    with backends(home / "data") as servers:
        bench = Bench(arguments, servers)
        getattr(bench, arguments.scenario.replace("-", "_"))()
    if bench.failures:
        sys.exit("Not met:\n" + "\n".join(f"  {failure}" for failure in bench.failures))


if __name__ == "__main__":
    main()
