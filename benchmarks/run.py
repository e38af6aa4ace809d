"""``python -m benchmarks.run <scenario> [--baseline DIR]``: start everything, measure, print a table, keep the figures as JSON lines.

Scenarios: ``sockets`` (200 and 1,000 clients, rising rates, both sides A B A B), ``sustained`` (one rate for minutes), ``kill`` (the web process
killed five times under load), ``redis-kill`` (Valkey killed and restarted empty under load, between two processes), ``room`` (a hundred in one
conversation), ``feed`` and ``history`` (read as JSON over HTTP, both sides A B A B), ``pages`` (the same as HTML, beside the JSON), ``growth`` (what
reading and sending cost as tables grow tenfold), ``graph`` (people and a million edges between them), ``export`` (the archive of a person with
10,000 messages and a gibibyte of pictures, put together by a worker).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.facts import machine, write_page
from benchmarks.processes import peak_memory_kib
from benchmarks.reading import READERS, BaselinePages, HubbubPages, measure
from benchmarks.servers import CHECKOUT, HUBBUB_ENVIRONMENT, Backends, Baseline, BaselineRoom, Hubbub, HubbubPair, HubbubRoom, Side, backends

RATES = "50,100,200,400,800"
CONNECT_SECONDS, SOCKET_KIB = 3, 60  # a thousand of them
ACK_P99 = {100: 30, 400: 50}  # milliseconds by messages a second, 1,000 connected
ROOM_MEMBERS, ROOM_RATE, ROOM_CPU_US = 100, "40", 4000
ROOM_BESIDE = ROOM_CPU_US / 3200  # of the baseline's CPU: what that comes to on any machine
BACK_WITHIN_SECONDS = 5.0
GRAPH_P95, GRAPH_QUERIES = 50, 5  # milliseconds, and queries a call
FLOORS = {"feed": 300, "cached feed": 1500, "history": 400}  # a second, on the machine the promises were made on
BESIDE = {"feed": 300 / 570, "cached feed": 1.0, "history": 400 / 1180}  # of what the baseline does: what they come to on any machine
EXPORT_MIB = 200
PAGES = {("home page", "feed"): 45, ("explore page", "cached feed"): 55, ("chat page", "history"): 70}  # how many times the JSON each may cost


class Bench:
    """One run of one scenario."""

    def __init__(self, arguments: argparse.Namespace, servers: Backends) -> None:
        self.arguments = arguments
        self.servers = servers
        self.failures: list[str] = []
        self.lines: list[str] = []
        self.plans: dict[str, list[str]] = {}
        self.facts = machine()
        self.results = CHECKOUT / ".dev" / "bench" / f"{arguments.scenario}-{time.strftime('%Y%m%dT%H%M%S')}.jsonl"

    def sides(self) -> list[Side]:
        sides: list[Side] = [Hubbub(self.servers.home)]
        if self.arguments.baseline:
            sides.append(Baseline(self.servers.home, Path(self.arguments.baseline).resolve()))
        return sides

    def load(self, side: Side, *, clients: int, rates: str, seconds: float, survive: bool = False, together: bool = False) -> "subprocess.Popen[str]":
        pids = f"server:{side.process.pid},postgres:{self.servers.postgres.pid},redis:{self.servers.valkey.pid}" if not survive else ""
        options = ["--dialect", side.dialect, "--url", side.url, "--members", str(side.members), "--clients", str(clients), "--rates", rates]
        more = ["--seconds", str(seconds), "--pids", pids, *(["--survive"] if survive else []), *(["--together"] if together else [])]
        return subprocess.Popen([sys.executable, "-m", "benchmarks.load", *options, *more], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)

    def report(self, side: Side, load: "subprocess.Popen[str]") -> list[dict[str, Any]]:
        assert load.stdout is not None  # noqa: S101 - it is a pipe
        steps = []
        for line in load.stdout:
            step = {"side": type(side).__name__, **json.loads(line)}
            steps.append(step)
            self.note(step, describe(step))
        if load.wait() != 0:
            self.failures.append(f"the load client of {type(side).__name__} failed")
        return steps

    def note(self, step: dict[str, Any], text: str) -> None:
        """Keep the figures of one step."""
        with self.results.open("a") as file:
            file.write(json.dumps(step) + "\n")
        self.say(text)

    def say(self, text: str) -> None:
        self.lines.append(text)
        print(text, flush=True)  # noqa: T201 - the output of this program

    def sockets(self) -> None:
        sides = self.sides()
        for side in sides:
            side.fill(self.servers, 1000)
        ours: list[dict[str, Any]] = []
        for turn in range(self.arguments.turns):
            for side in sides:
                for clients in (200, 1000):
                    side.start()
                    self.say(f"--- {type(side).__name__}, {clients} clients, turn {turn + 1}")
                    steps = self.report(side, self.load(side, clients=clients, rates=self.arguments.rates or RATES, seconds=self.arguments.seconds))
                    side.stop()
                    if isinstance(side, Hubbub) and clients == 1000:
                        ours += steps
        self.as_promised(ours)

    def as_promised(self, steps: list[dict[str, Any]]) -> None:
        """What 1,000 clients must find; of several turns the median."""

        def median(what: Callable[[dict[str, Any]], float], among: list[dict[str, Any]]) -> float:
            return statistics.median(what(step) for step in among)

        connected = [step for step in steps if step["step"] == "connect"]
        offered = [step for step in steps if step["step"] == "offer"]
        self.expect(all(step["lost"] == step["doubled"] == 0 for step in offered), "no acknowledged message is missing, none is doubled")
        seconds, memory = median(lambda step: step["seconds"], connected), median(lambda step: step["kib_per_socket"], connected)
        self.expect(seconds <= CONNECT_SECONDS, f"1,000 connected in {seconds:.1f} s (at most {CONNECT_SECONDS})")
        self.expect(memory <= SOCKET_KIB, f"{memory:.0f} KiB a socket (at most {SOCKET_KIB})")
        for rate, most in ACK_P99.items():
            if at_this_rate := [step for step in offered if step["rate"] == rate]:
                p99 = median(lambda step: step["ack"]["p99"], at_this_rate)
                self.expect(p99 <= most, f"at {rate} a second p99 of the acks is {p99:.0f} ms (at most {most})")

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

    def room(self) -> None:
        sides: list[Side] = [HubbubRoom(self.servers.home)]
        if self.arguments.baseline:
            sides.append(BaselineRoom(self.servers.home, Path(self.arguments.baseline).resolve()))
        for side in sides:
            side.fill(self.servers, ROOM_MEMBERS)
        costs: dict[str, list[float]] = {}
        for turn in range(self.arguments.turns):
            for side in sides:
                name = type(side).__name__
                self.say(f"--- {name}, turn {turn + 1}")
                side.start()
                load = self.load(side, clients=ROOM_MEMBERS, rates=self.arguments.rates or ROOM_RATE, seconds=self.arguments.seconds, together=True)
                for step in self.report(side, load):
                    if step["step"] == "offer":
                        costs.setdefault(name, []).append(step["cpu_us_per_message"]["server"])
                        self.expect(step["lost"] == 0 and step["doubled"] == 0, f"every message of {name} reaches every member once")
                side.stop()
        if len(costs) < len(sides):  # a load client failed, which the report has said
            return
        ours = statistics.median(costs["HubbubRoom"])
        if "BaselineRoom" in costs:
            theirs = statistics.median(costs["BaselineRoom"])
            self.expect(ours <= ROOM_BESIDE * theirs, f"{ours / theirs:.2f} of the baseline's CPU a message (at most {ROOM_BESIDE})")
        else:
            self.expect(ours <= ROOM_CPU_US, f"at most {ROOM_CPU_US} µs of the server's CPU a message")

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
        side = HubbubPair(self.servers.home)
        side.fill(self.servers, 200)
        side.start()
        load = self.load(side, clients=200, rates=self.arguments.rates or "100", seconds=30, survive=True)
        time.sleep(14)
        self.servers.kill_valkey()
        time.sleep(5)
        self.servers.start_valkey()
        returned_at = time.perf_counter()
        for step in self.nothing_lost(side, load):
            if step["step"] == "offer":
                self.expect(not step["closes"], "no socket was closed")
                caught_up = step["caught_up_at"]
                self.expect(caught_up is not None, "messages between the processes waited for Redis")
                seconds = round((caught_up or returned_at) - returned_at, 1)
                self.expect(seconds <= BACK_WITHIN_SECONDS, f"delivery is back {seconds} s after Redis ({BACK_WITHIN_SECONDS:g} s at most)")
        side.stop()

    def feed(self) -> None:
        self.read(["feed", "cached feed"])

    def history(self) -> None:
        self.read(["history"])

    def read(self, things: list[str]) -> None:
        """Each thing of each side, in turn, and the ratios of the medians."""
        sides: list[Side] = [HubbubPages(self.servers.home)]
        if self.arguments.baseline:
            sides.append(BaselinePages(self.servers.home, Path(self.arguments.baseline).resolve()))
        found = self.rates(sides, things, 16)
        for what in things:
            ours, theirs = found[what, "HubbubPages"], found.get((what, "BaselinePages"))
            beside = f", {ours / theirs:.2f} of the baseline's {theirs:.0f}" if theirs else ""
            self.say(f"{what}: median {ours:.0f} a second{beside}")
            if theirs:
                self.expect(ours >= BESIDE[what] * theirs, f"at least {BESIDE[what]:.2f} of the baseline")
            else:
                self.expect(ours >= FLOORS[what], f"at least {FLOORS[what]} a second")

    def pages(self) -> None:
        """Each page and the JSON of what stands on it, in turn, and the ratios of the medians."""
        found = self.rates([HubbubPages(self.servers.home)], [what for pair in PAGES for what in pair], 4)
        for (page, data), most in PAGES.items():
            rate, times = found[page, "HubbubPages"], found[data, "HubbubPages"] / found[page, "HubbubPages"]
            self.say(f"{page}: median {rate:.0f} a second, {times:.1f} times what its JSON costs")
            self.expect(times <= most, f"at most {most:g} times")

    def rates(self, sides: list[Side], things: list[str], connections: int) -> dict[tuple[str, str], float]:
        """Answers a second by thing and side, of several turns the median."""
        found: dict[tuple[str, str], list[float]] = {}
        for side in sides:
            side.fill(self.servers, READERS)
        for _ in range(self.arguments.turns):
            for side in sides:
                side.start()
                for what in things:
                    behind = {"postgres": self.servers.postgres.pid, "redis": self.servers.valkey.pid}
                    step = {"side": type(side).__name__, **measure(side, what, self.arguments.seconds, connections, behind)}
                    found.setdefault((what, type(side).__name__), []).append(step["per_second"])
                    self.note(step, describe_reading(step))
                    self.expect(not step["not_2xx"] and not step["failed"], f"every answer of {step['side']} is good")
                side.stop()
        return {key: statistics.median(rates) for key, rates in found.items()}

    def growth(self) -> None:
        side = Hubbub(self.servers.home)
        side.fill(self.servers, 0)
        environment = {**os.environ, **HUBBUB_ENVIRONMENT}
        measured = subprocess.run(
            [sys.executable, "-m", "benchmarks.growth"], cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        for line in measured.stdout.splitlines():
            step = json.loads(line)
            rows = f"{step['small_rows']} → {step['rows']} rows"
            self.note(step, f"{step['grown']}: {step['what']}: {step['small_ms']} → {step['ms']} ms, ratio {step['ratio']}, {rows}")
            self.plans[f"{step['what']}, {step['grown']}"] = step["plans"]

    def export(self) -> None:
        """The archive is built by a worker as in production, and what is looked at is the most memory one of its processes ever had."""
        Hubbub(self.servers.home).fill(self.servers, 0)
        environment = {**os.environ, **HUBBUB_ENVIRONMENT, "MEDIA_ROOT": str(self.servers.home / "media")}

        def run(step: str) -> str:
            command = [sys.executable, "-m", "benchmarks.archive", step]
            return subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

        run("fill")
        with (self.servers.home / "worker.log").open("wb") as log:
            command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1", "-Q", "default", "--without-gossip", "--without-mingle"]
            worker = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            time.sleep(15)  # until it has loaded everything
            idle = peak_memory_kib(worker.pid)
            run("ask")
            began = time.monotonic()
            found: dict[str, Any] = {"state": "waiting"}
            while found["state"] in {"waiting", "building"} and time.monotonic() - began < self.arguments.minutes * 60:
                time.sleep(0.5)
                found = json.loads(run("look"))
            took, peak = time.monotonic() - began, peak_memory_kib(worker.pid)
        finally:
            worker.terminate()
            worker.wait(timeout=60)
        peak_mib, idle_mib, size_mib = round(peak / 1024, 1), round(idle / 1024, 1), found["size"] >> 20
        step = {**found, "step": "export", "seconds": round(took, 1), "peak_mib": peak_mib, "idle_mib": idle_mib}
        memory = f"peak of a worker process {peak_mib} MiB, idle {idle_mib} MiB"
        self.note(step, f"{found['state']}: {size_mib} MiB in {took:.1f} s; {memory}")
        self.expect(found["state"] == "ready" and size_mib >= 1024, "the archive is whole")
        self.expect(peak_mib < EXPORT_MIB, f"no process of the worker ever had {EXPORT_MIB} MiB")

    def graph(self) -> None:
        side = Hubbub(self.servers.home)
        side.fill(self.servers, 0)
        environment = {**os.environ, **HUBBUB_ENVIRONMENT}
        measured = subprocess.run(
            [sys.executable, "-m", "benchmarks.graph"], cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        for line in measured.stdout.splitlines():
            step = json.loads(line)
            if step["step"] == "fill":
                edges = f"{step['follows']} follows, {step['friendships']} halves of friendships"
                self.note(step, f"{step['people']} people, {edges}, written in {step['seconds']} s")
            elif step["step"] == "misspelt":
                self.note(step, "misspelt names: " + ", ".join(step["found"]))
                self.expect(all(step["found"].values()), "misspelt names are found on the first page")
            else:
                times = f"p50 {step['p50']}, p95 {step['p95']}, p99 {step['p99']} ms"
                self.note(step, f"{step['what']}: {times}, CPU {step['cpu']} ms, {step['queries']} queries")
                self.expect(step["p95"] <= GRAPH_P95 and step["queries"] <= GRAPH_QUERIES, f"p95 ≤ {GRAPH_P95} ms, ≤ {GRAPH_QUERIES} queries")
                self.plans[step["what"]] = step["plans"]

    def nothing_lost(self, side: Side, load: "subprocess.Popen[str]") -> list[dict[str, Any]]:
        steps = self.report(side, load)
        for step in steps:
            if step["step"] == "offer":
                self.expect(step["acknowledged"] == step["sent"], "every message is acknowledged in the end")
                self.expect(step["lost"] == 0 and step["gaps"] == 0, "no acknowledged message is missing")
                self.expect(step["doubled"] == 0 and step["out_of_order"] == 0, "none is doubled or out of order")
        return steps

    def expect(self, held: bool, what: str) -> None:
        self.say(f"{'ok' if held else 'NOT MET'}: {what}")
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


def describe_reading(step: dict[str, Any]) -> str:
    cpu = step["cpu_us_per_answer"]
    return f"{step['side']}, {step['what']}: {step['per_second']} a second, {step['p50']}/{step['p99']} ms, CPU µs an answer {cpu}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    scenarios = ["sockets", "sustained", "kill", "redis-kill", "room", "feed", "history", "pages", "growth", "graph", "export"]
    parser.add_argument("scenario", choices=scenarios)
    parser.add_argument("--baseline", help="directory of the Node baseline, to be measured in the same run")
    parser.add_argument("--rates", default="", help="messages a second instead of the scenario's own")
    parser.add_argument("--seconds", type=float, default=20, help="of each rate")
    parser.add_argument("--minutes", type=float, default=5, help="of the sustained scenario")
    parser.add_argument("--turns", type=int, default=2, help="how often each side is measured, in turn")
    parser.add_argument("--record", action="store_true", help="write the figures down in benchmarks/results/")
    arguments = parser.parse_args()
    home = CHECKOUT / ".dev" / "bench"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    with backends(home / "data") as servers:
        bench = Bench(arguments, servers)
        getattr(bench, arguments.scenario.replace("-", "_"))()
    if arguments.record:
        write_page(arguments.scenario, bench.facts, bench.lines, bench.plans)
    if bench.failures:
        sys.exit("Not met:\n" + "\n".join(f"  {failure}" for failure in bench.failures))


if __name__ == "__main__":
    main()
