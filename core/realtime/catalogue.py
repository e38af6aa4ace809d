"""The pytest plugin that fails a full run when a frame type is declared and no test ever made use of it.

``SocketClient`` records what goes over its sockets. With ``--socket-catalogue``, which ``make test`` gives, the records of all xdist workers are
put together at the end and compared with the registry: every outbound type must have been seen, every command carried out. A run that was
narrowed (by paths, ``-k``, ``-m`` and the like) says nothing about the rest and is not judged.
"""

from typing import Any

import pytest

carried_out: set[str] = set()
received: set[str] = set()
OPTION = "--socket-catalogue"
NARROWING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "collectonly")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="fail when a declared socket frame type was never made use of; judges full runs alone")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION) and (is_worker(config) or is_full(config)):
        config.pluginmanager.register(Check(config), "socket-catalogue-check")


def is_worker(config: pytest.Config) -> bool:
    """Whether xdist directs this process: it records, and whoever directs it judges."""
    return hasattr(config, "workerinput")


def is_full(config: pytest.Config) -> bool:
    """Whether everything there is will run."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return not named and not any(config.getoption(option, default=None) for option in NARROWING)


def missing() -> list[str]:
    """What the registry declares and the tests left out, one line each."""
    from core.realtime.registry import commands, outbound

    return [
        *(f"outbound {kind} was never seen by a test" for kind in sorted(outbound.keys() - received)),
        *(f"inbound {kind} was never carried out for a test" for kind in sorted(commands.keys() - carried_out)),
    ]


class Check:
    """Puts the records together where the run ends."""

    def __init__(self, config: pytest.Config) -> None:
        self.worker_output: dict[str, Any] | None = getattr(config, "workeroutput", None)
        self.problems: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        output = getattr(node, "workeroutput", {})
        carried_out.update(output.get("sockets_carried_out", ()))
        received.update(output.get("sockets_received", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.worker_output is not None:
            self.worker_output["sockets_carried_out"], self.worker_output["sockets_received"] = sorted(carried_out), sorted(received)
            return
        self.problems = missing()
        if self.problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.problems:
            terminalreporter.section("socket catalogue")
            for line in self.problems:
                terminalreporter.line(line)
