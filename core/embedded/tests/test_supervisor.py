"""The supervisor with small programs in the place of Hubbub's; ``tests/test_run.py`` has the real ones."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded.processes import CHECKOUT
from core.embedded.tests.processes import eventually, kill, processes_of

PROGRAM = """
import sys
from core.embedded.supervisor import Part, Stopped, Supervisor

sleeper = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', *sys.argv[1:]]); time.sleep(600)"
with Supervisor() as supervisor:
    for name in ("first", "second"):
        supervisor.start(Part(name, [sys.executable, "-c", sleeper, sys.argv[1], name], seconds_to_stop=5))
    try:
        supervisor.run()
    except Stopped:
        supervisor.say("stopped")
"""


@pytest.fixture
def supervisor(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    program = folder / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    process = subprocess.Popen([sys.executable, program, folder], env=environment, stdout=subprocess.PIPE)
    assert eventually(lambda: len(processes_of(folder, "first")) == 2 and len(processes_of(folder, "second")) == 2)
    yield process
    process.kill()
    process.communicate()
    kill(processes_of(folder))


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_leaves_no_process(supervisor: "subprocess.Popen[bytes]", folder: Path, stop_signal: signal.Signals) -> None:
    supervisor.send_signal(stop_signal)
    output, _ = supervisor.communicate(timeout=60)
    assert supervisor.returncode == 0
    assert b"stopped" in output
    assert eventually(lambda: not processes_of(folder))


def test_a_killed_part_is_started_again_and_its_children_do_not_stay(supervisor: "subprocess.Popen[bytes]", folder: Path) -> None:
    before = set(processes_of(folder, "first"))
    kill([min(before)])
    assert eventually(lambda: len(processes_of(folder, "first")) == 2 and not before & set(processes_of(folder, "first")))


def test_parts_do_not_outlive_a_killed_supervisor(supervisor: "subprocess.Popen[bytes]", folder: Path) -> None:
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: not processes_of(folder, "import subprocess"))
