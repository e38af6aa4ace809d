"""Statements written by hand, for the few paths whose cost decides how many people a machine carries.

PostgreSQL prepares them once a connection, where the ORM's are planned each time. Those that do not wait for one another's answers can travel
together: they are carried out in order, each seeing what was committed before it began, for one round trip instead of many. ``core.queries``
makes such statements of querysets.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, LiteralString, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.datetime import TimestamptzLoader

PLACEHOLDER = re.compile(r"%%|%\((\w+)\)s")
ANSWERED = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})
FORGOTTEN = b"26000"  # SQLSTATE: there is no prepared statement of that name
MOST_PREPARED = 100  # statements of one connection; the one used longest ago makes room


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


def fetch(sql: str, values: Mapping[str, Any], *, prepare: bool = True) -> list[tuple[Any, ...]]:
    """The rows of one statement. Not to ``prepare`` is for one whose best plan is another for other values."""
    ours = connections[DEFAULT_DB_ALIAS]
    if ours.connection is None:
        ours.ensure_connection()
    if prepare and ours.connection.autocommit and not ours.queries_logged and not ours.execute_wrappers:
        with ours.wrap_database_errors:
            return _line_to(ours.connection).fetch(sql, values)
    raw: Any = (PreparingCursor if prepare else PlanningCursor)(ours.connection)  # wrapped, it is as good as one of Django's
    with ours.make_debug_cursor(raw) if ours.queries_logged else ours.make_cursor(raw) as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if ours.queries_logged:  # of a prepared statement Django does not know what was sent
        ours.queries_log[-1]["sql"] = psycopg.ClientCursor(ours.connection).mogrify(sql, values)
    return rows


class Line:
    """A connection outside transactions, for statements it has prepared: what a cursor does for all that may be asked would take longer."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pgconn = connection.pgconn
        self._encoding = connection.info.encoding
        self._transformer = Transformer(PreparingCursor(connection))
        self._names: dict[tuple[str, tuple[int, ...] | None], bytes] = {}
        self._made = 0

    def fetch(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows. Raises psycopg.Error."""
        statement, transformer = _numbered(sql), self._transformer
        parameters: Any = transformer.dump_sequence([values[name] for name in statement.names], statement.formats)
        types, formats = transformer.types, transformer.formats
        name = self._names.pop((sql, types), None) or self._prepare(statement.sql, types)
        self._names[sql, types] = name
        result = self._pgconn.exec_prepared(name, parameters, formats)
        if result.status == pq.ExecStatus.FATAL_ERROR and result.error_field(pq.DiagnosticField.SQLSTATE) == FORGOTTEN:
            # psycopg had all of the connection's statements forgotten, as it does after a rollback.
            self._names.clear()
            self._names[sql, types] = name = self._prepare(statement.sql, types)
            result = self._pgconn.exec_prepared(name, parameters, formats)
        transformer.set_pgresult(self._checked(result))
        rows: list[tuple[Any, ...]] = transformer.load_rows(0, result.ntuples, tuple)
        return rows

    def _prepare(self, sql: bytes, types: tuple[int, ...] | None) -> bytes:
        if len(self._names) >= MOST_PREPARED:
            self._pgconn.exec_(b"DEALLOCATE " + self._names.pop(next(iter(self._names))))  # which may have been forgotten already
        self._made += 1
        name = b"_line_%d" % self._made
        self._checked(self._pgconn.prepare(name, sql, types))
        return name

    def _checked(self, result: Any) -> Any:
        if result.status not in ANSWERED:
            if self._pgconn.status == pq.ConnStatus.BAD:
                raise psycopg.OperationalError(result.get_error_message())
            raise psycopg.errors.error_from_result(result, encoding=self._encoding)
        return result


def _line_to(connection: Any) -> Line:
    """One for each connection, as long as that lives: PostgreSQL keeps what was prepared no longer, and a pool hands connections on."""
    line: Line | None = getattr(connection, "line_of_statements", None)
    if line is None:
        line = connection.line_of_statements = Line(connection)
    return line


class Numbered(NamedTuple):
    """A statement as PostgreSQL takes it ($1, $2, …), and the name of each value in turn."""

    sql: bytes
    names: list[str]
    formats: list[PyFormat]


@lru_cache(maxsize=1000)
def _numbered(sql: str) -> Numbered:
    names: list[str] = []

    def placed(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return Numbered(PLACEHOLDER.sub(placed, sql).encode(), names, [PyFormat.AUTO] * len(names))


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
