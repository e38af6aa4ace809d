"""A frame type that no test makes use of fails the run, and a frame that is not as described fails its test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.realtime.conformance import NotAsDescribed, check_ack, check_inbound, check_outbound

CHECKOUT = Path(__file__).resolve().parents[3]
CONFTEST = """
from django.conf import settings

settings.configure(REALTIME_LIMITS={})
from core.realtime.registry import Inbound, Outbound, command

pytest_plugins = ["core.realtime.catalogue"]


class Told(Outbound, type="planted:told"):
    pass


class Say(Inbound):
    pass


@command("planted:say", Say)
def say(connection, data):
    pass
"""
HEARS = "from core.realtime import catalogue\n\n\ndef test_hears():\n    catalogue.received.add('planted:told')\n"
SAYS = "from core.realtime import catalogue\n\n\ndef test_says():\n    catalogue.carried_out.add('planted:say')\n"


def run(folder: Path, tests: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Run pytest on a project that declares one type each way and has these tests. Returns its exit code and what it printed."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = .\n")
    for name, text in tests.items():
        (folder / f"test_{name}.py").write_text(text)
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE" and not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider", *arguments]
    ran = subprocess.run(command, cwd=folder, env={**environment, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_what_several_workers_saw_counts_together(tmp_path: Path) -> None:
    code, output = run(tmp_path, {"hears": HEARS, "says": SAYS}, "--socket-catalogue", "-n", "2")
    assert code == pytest.ExitCode.OK, output


@pytest.mark.parametrize(
    ("tests", "problem"),
    [({"says": SAYS}, "outbound planted:told was never seen by a test"), ({"hears": HEARS}, "inbound planted:say was never carried out for a test")],
)
@pytest.mark.parametrize("workers", [("-n", "2"), ("-p", "no:xdist")])
def test_a_type_no_test_uses_fails_the_run(tmp_path: Path, tests: dict[str, str], problem: str, workers: tuple[str, str]) -> None:
    code, output = run(tmp_path, tests, "--socket-catalogue", *workers)
    assert code == pytest.ExitCode.TESTS_FAILED, output
    assert problem in output
    assert output.count("planted:") == 1


@pytest.mark.parametrize("narrowed", [("-k", "says"), ("test_says.py",), ("-m", "not slow"), ("--deselect", "test_other.py")])
def test_a_run_that_was_narrowed_is_not_judged(tmp_path: Path, narrowed: tuple[str, ...]) -> None:
    code, output = run(tmp_path, {"says": SAYS}, "--socket-catalogue", "-p", "no:xdist", *narrowed)
    assert code == pytest.ExitCode.OK, output


def test_frames_are_held_against_the_description() -> None:
    check_outbound({"type": "pong", "data": {"time": "2026-01-01T00:00:00Z"}})
    check_outbound({"type": "error", "ref": None, "data": {"code": "x", "message": "x", "details": {}}})
    check_inbound({"type": "room:join", "ref": "1", "data": {"room": "post:1"}})
    check_ack("room:join", {"room": "post:1"})
    check_ack("ping", None)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "nothing:known", "data": {}},
        {"type": "pong", "data": {"time": 7}},
        {"type": "pong", "data": {}},
        {"type": "pong"},
        {"type": "error", "ref": None, "data": {"code": "x"}},
    ],
)
def test_a_frame_that_is_not_as_described_is_found(frame: dict[str, object]) -> None:
    with pytest.raises(NotAsDescribed):
        check_outbound(frame)


def test_an_ack_or_a_command_that_is_not_as_described_is_found() -> None:
    with pytest.raises(NotAsDescribed):
        check_ack("room:join", {})
    with pytest.raises(NotAsDescribed):
        check_ack("ping", {"unexpected": True})
    with pytest.raises(NotAsDescribed):
        check_inbound({"type": "room:join", "data": {}})
