"""Statements written by hand, for the few paths whose cost decides how many people a machine carries.

They are prepared once a connection, where the ORM's are planned each time, and those that do not wait for one another's answers travel together:
PostgreSQL carries them out in order, each seeing what was committed before it began, for one round trip instead of many.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.db import connection

Rows = psycopg.Cursor[Any]
Ask = Callable[[LiteralString, Sequence[Any]], Rows]


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
        return psycopg.Cursor(raw).execute(sql, parameters, prepare=True)

    with connection.wrap_database_errors, raw.pipeline():
        yield ask
