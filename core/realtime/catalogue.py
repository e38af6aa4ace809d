"""The pytest plugin that fails a full run when a frame type is declared and no test ever sent or saw it.

``SocketClient`` records what goes over its sockets. With ``--socket-catalogue`` (``make test`` gives it when it runs everything) the records of
all xdist workers are put together at the end and compared with the registry.
"""

from typing import Any

import pytest

sent: set[str] = set()
received: set[str] = set()
OPTION = "--socket-catalogue"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="fail when a declared socket frame type was never sent or seen by a test")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION):
        config.pluginmanager.register(Check(config), "socket-catalogue-check")


def missing() -> list[str]:
    """What the registry declares and the tests left out, one line each."""
    from core.realtime.registry import commands, outbound

    return [
        *(f"outbound {kind} was never seen by a test" for kind in sorted(outbound.keys() - received)),
        *(f"inbound {kind} was never sent by a test" for kind in sorted(commands.keys() - sent)),
    ]


class Check:
    """Puts the records together where the run ends."""

    def __init__(self, config: pytest.Config) -> None:
        self.worker_output: dict[str, Any] | None = getattr(config, "workeroutput", None)
        self.problems: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        output = getattr(node, "workeroutput", {})
        sent.update(output.get("sockets_sent", ()))
        received.update(output.get("sockets_received", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.worker_output is not None:
            self.worker_output["sockets_sent"], self.worker_output["sockets_received"] = sorted(sent), sorted(received)
            return
        self.problems = missing()
        if self.problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.problems:
            terminalreporter.section("socket catalogue")
            for line in self.problems:
                terminalreporter.line(line)
