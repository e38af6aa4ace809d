"""Statements written by hand, for the few paths whose cost decides how many people a machine carries.

PostgreSQL prepares them once a connection, where the ORM's are planned each time. Those that do not wait for one another's answers can travel
together: they are carried out in order, each seeing what was committed before it began, for one round trip instead of many. ``core.queries``
makes such statements of querysets.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.db import connection
from psycopg.types.datetime import TimestamptzLoader


class PreparingCursor(psycopg.Cursor[Any]):
    """Sends values apart from the statement, which PostgreSQL therefore knows again. Django's own cursors write the values into it.

    Times are read by psycopg's own loader, compiled, in the time zone of the connection, which Django sets to UTC.
    """

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.adapters.register_loader("timestamptz", TimestamptzLoader)

    prepares = True

    def execute(self, query: Any, params: Any = None, **_: Any) -> "PreparingCursor":
        super().execute(query, params, prepare=self.prepares)
        return self


class PlanningCursor(PreparingCursor):
    """Sends values apart from the statement, too, but has it planned for them each time."""

    prepares = False


Rows = psycopg.Cursor[Any]
Ask = Callable[[LiteralString, Sequence[Any]], Rows]


def fetch(sql: str, values: Any, *, prepare: bool = True) -> list[tuple[Any, ...]]:
    """The rows of one statement. Not to ``prepare`` is for one whose best plan is another for other values."""
    connection.ensure_connection()
    raw: Any = (PreparingCursor if prepare else PlanningCursor)(connection.connection)  # wrapped, it is as good as one of Django's
    with connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw) as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if connection.queries_logged:  # of a prepared statement Django does not know what was sent
        connection.queries_log[-1]["sql"] = psycopg.ClientCursor(connection.connection).mogrify(sql, values)
    return rows


@contextmanager
def together() -> Iterator[Ask]:
    """``with together() as ask: rows = ask(SQL, parameters)``, on the connection of this thread and inside its transaction.

    ``rows.fetchall()`` and its like are for after the block, when all answers are there. Raises what Django raises, at the end of the block; after
    one that fails PostgreSQL leaves out the rest.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    raw: Any = connection.connection

    def ask(sql: LiteralString, parameters: Sequence[Any]) -> Rows:
        return PreparingCursor(raw).execute(sql, parameters)

    with connection.wrap_database_errors, raw.pipeline():
        yield ask
