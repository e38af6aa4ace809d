"""One world for a whole module of cells: each cell is undone before the next."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from chat.messages import lanes
from tests.access.world import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, in a transaction that is never committed: the lanes, on connections of their own, would see none of it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(lanes, "_lanes", None)
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def cell(world: World) -> Any:
    """``with cell(): …`` undoes what happens in it, and knows what was written."""
    return Cell


class Cell:
    """A savepoint that is always taken back. ``written`` are the tables that changed, what every request notes of its own session apart."""

    # What every request notes of its own session, and the rows that are made to be locked.
    BOOKKEEPING = (
        '"social_graph_personcounts"',
        "INTO social_graph_personcounts",
        '"accounts_sessions_session"',
        '"django_session"',
        'SET "last_seen_at"',
    )

    def __enter__(self) -> "Cell":
        self.statements: list[str] = []
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()
        self._watch = connection.execute_wrapper(self._note)
        self._watch.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._watch.__exit__(*error)
        transaction.set_rollback(True)
        self._savepoint.__exit__(None, None, None)

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if context["cursor"].rowcount:
            self.statements.append(" ".join(sql.split()))
        return result

    @property
    def written(self) -> list[str]:
        changing = [sql for sql in self.statements if sql.startswith(("INSERT", "UPDATE", "DELETE", "WITH message"))]
        return [sql[:160] for sql in changing if not any(noted in sql[:80] for noted in self.BOOKKEEPING)]
