"""What the tests of chat count."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper

Count = Callable[[Awaitable[Any]], Awaitable[int]]


@pytest.fixture
def count_everywhere(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Statements of all threads while something is awaited."""
    taken: list[str] = []
    execute = CursorWrapper.execute

    def note(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        taken.append(str(sql))
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", note)

    async def count(doing: Awaitable[Any]) -> int:
        taken.clear()
        await doing
        return len([sql for sql in taken if "chat_" in sql])

    return count
