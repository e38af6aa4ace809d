from dataclasses import replace

import pytest

from core.realtime.limits import Limit
from core.realtime.registry import commands


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """For people who change their minds oftener than every five seconds."""
    monkeypatch.setitem(commands, "presence:update", replace(commands["presence:update"], limits=(Limit(100, 60),)))
