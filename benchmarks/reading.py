"""The scenarios that read over HTTP: feeds and history, beside the Node baseline on the same amount of rows, by ``wrk``."""

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.processes import cpu_seconds, memory_kib
from benchmarks.servers import CHECKOUT, HUBBUB_ENVIRONMENT, Backends, Baseline, Side

READERS = 500
SCRIPT = CHECKOUT / "benchmarks" / "reading.lua"


class HubbubPages(Side):
    """This checkout as it serves REST in production, but one process."""

    dialect = "hubbub"
    port = 31201

    def fill(self, backends: Backends, clients: int) -> None:
        backends.make_database("hubbub")
        environment = {**os.environ, **HUBBUB_ENVIRONMENT}
        for command in (
            ["-m", "core.embedded.css"],
            ["manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
            ["manage.py", "migrate", "--verbosity", "0"],
            ["-m", "benchmarks.library", str(clients), str(self.members)],
        ):
            subprocess.run([sys.executable, *command], cwd=CHECKOUT, env=environment, check=True)

    def start(self) -> None:
        self.launch([sys.executable, "-m", "core.web.server", "--port", str(self.port), "--workers", "1"], HUBBUB_ENVIRONMENT, CHECKOUT)

    def requests(self, what: str) -> list[str]:
        known = json.loads(self.members.read_text())
        path = {
            "feed": "/api/v1/feeds/home?limit=20",
            "cached feed": "/api/v1/feeds/public?limit=20",
            "history": f"/api/v1/conversations/{known['conversation']}/messages?limit=50",
            "home page": "/home/",
            "explore page": "/explore/",
            "chat page": f"/chats/{known['conversation']}/",
        }[what]
        readers = 2 if known["conversation"] in path else READERS
        if what.endswith("page"):
            return [f"Cookie\t{cookie}\t{path}" for cookie in known["cookies"][:readers]]
        return [bearer(token, path) for token in known["tokens"][:readers]]


class BaselinePages(Baseline):
    """The baseline; the cached page is its own cached feed."""

    def requests(self, what: str) -> list[str]:
        tokens = [member["token"] for member in json.loads(self.members.read_text())[:READERS]]
        if what == "history":
            return [bearer(token, "/conversations/1/messages") for token in tokens[:2]]
        return [bearer(token, f"/posts{'?cache=1' if what == 'cached feed' else ''}") for token in tokens]


def bearer(token: str, path: str) -> str:
    """A line for ``reading.lua``."""
    return f"Authorization\tBearer {token}\t{path}"


def measure(side: Any, what: str, seconds: float, connections: int, behind: dict[str, int]) -> dict[str, Any]:
    """One run of wrk, after a warm one that fills caches. ``behind`` are the processes the server stands on, by name."""
    requests = side.home / "requests.txt"
    requests.write_text("\n".join(side.requests(what)) + "\n")
    environment = {**os.environ, "REQUESTS": str(requests)}
    warm = ["wrk", "-t1", f"-c{connections}", f"-d{max(2, int(seconds / 4))}s", "-s", str(SCRIPT), f"http://127.0.0.1:{side.port}"]
    subprocess.run(warm, env=environment, stdout=subprocess.DEVNULL, check=True)
    pids = {"server": side.process.pid, **behind}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    measured = ["wrk", "-t1", f"-c{connections}", f"-d{int(seconds)}s", "--latency", "-s", str(SCRIPT), f"http://127.0.0.1:{side.port}"]
    output = subprocess.run(measured, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    answer: dict[str, Any] = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    count = max(1, answer["answers"])
    answer["cpu_us_per_answer"] = {name: round((cpu_seconds(pid) - before[name]) * 1e6 / count) for name, pid in pids.items()}
    return {"step": "read", "what": what, **answer, "server_kib": memory_kib(side.process.pid)}
