"""Where figures were taken, and the page they are written down on."""

import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.servers import CHECKOUT

RESULTS = CHECKOUT / "benchmarks" / "results"


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    memory = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 1048576, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "commit": commit,
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "at": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def write_page(scenario: str, facts: dict[str, Any], lines: list[str], plans: dict[str, list[str]]) -> Path:
    """``results/<date>-<scenario>.md``: the facts, what was printed, and the plans if there are any."""
    RESULTS.mkdir(exist_ok=True)
    page = RESULTS / f"{time.strftime('%Y-%m-%d', time.gmtime())}-{scenario}.md"
    hardware = f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB"
    about = f"{hardware}, Linux {facts['kernel']}, Python {facts['python']}, commit {facts['commit']}."
    load = f"Load average when it began: {', '.join(map(str, facts['load_average']))} (other work on the machine makes figures worse, not better)."
    parts = [f"# {scenario}, {facts['at']}", about, load, "```\n" + "\n".join(lines) + "\n```"]
    parts += [f"## {what}\n\n" + "\n\n".join(f"```\n{plan}\n```" for plan in shown) for what, shown in plans.items()]
    page.write_text("\n\n".join(parts) + "\n")
    return page
