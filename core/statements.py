"""Statements written by hand, for the few paths whose cost decides how many people a machine carries.

PostgreSQL prepares them once a connection, where the ORM's are planned each time. Those that do not wait for one another's answers can travel
together: they are carried out in order, each seeing what was committed before it began, for one round trip instead of many. ``core.queries``
makes such statements of querysets.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from select import POLLIN, POLLOUT, poll
from types import SimpleNamespace
from typing import Any, LiteralString, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.datetime import TimestamptzLoader

PLACEHOLDER = re.compile(r"%%|%\((\w+)\)s")
ANSWERED = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})
MOST_PREPARED = 100  # statements of one connection; the one used longest ago makes room
Values = Mapping[str, Any]
Row = tuple[Any, ...]
Types = tuple[int, ...] | None


def fetch(sql: str, values: Values, *, prepare: bool = True) -> list[Row]:
    """The rows of one statement. Not to ``prepare`` is for one whose best plan is another for other values."""
    ours = connections[DEFAULT_DB_ALIAS]
    if ours.connection is None:
        ours.ensure_connection()
    line = _line_to(ours.connection)
    if not ours.queries_logged and not ours.execute_wrappers:
        ours.validate_no_broken_transaction()
        with ours.wrap_database_errors:
            return line.fetch(sql, values, prepare=prepare)
    raw: Any = LineCursor(line, prepare)  # wrapped, it is as good as one of Django's
    with ours.make_debug_cursor(raw) if ours.queries_logged else ours.make_cursor(raw) as cursor:
        cursor.execute(sql, values)
        rows: list[Row] = cursor.fetchall()
    return rows


class Answer:
    """What comes back for one of the statements that travel together: ``rows`` are for after the block."""

    __slots__ = ("rows", "sql", "values")

    def __init__(self, sql: LiteralString, values: Values) -> None:
        self.sql = sql
        self.values = values
        self.rows: list[Row] = []


Ask = Callable[[LiteralString, Values], Answer]


@contextmanager
def together() -> Iterator[Ask]:
    """``with together() as ask: answer = ask(SQL, values)``, on the connection of this thread and inside its transaction.

    All are sent at the end of the block, and ``answer.rows`` are there after it. Raises what Django raises, at the end of the block; after one that
    fails PostgreSQL leaves out the rest.
    """
    asked: list[Answer] = []

    def ask(sql: LiteralString, values: Values) -> Answer:
        asked.append(Answer(sql, values))
        return asked[-1]

    yield ask
    ours = connections[DEFAULT_DB_ALIAS]
    if ours.queries_logged or ours.execute_wrappers:
        for answer in asked:
            answer.rows = fetch(answer.sql, answer.values)
        return
    ours.ensure_connection()
    ours.validate_no_broken_transaction()
    with ours.wrap_database_errors:
        _line_to(ours.connection).fetch_together(asked)


class Line:
    """A connection, for statements it has prepared: what psycopg's cursors do for all that may be asked would take longer.

    psycopg itself prepares nothing on it (``prepare_threshold`` is not set) and so has nothing to deallocate after a rollback: what was prepared
    here stays as long as the connection.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._encoding = connection.info.encoding
        # Times are read by psycopg's own loader, compiled, in the time zone of the connection, which Django sets to UTC.
        context = psycopg.Cursor(connection)
        context.adapters.register_loader("timestamptz", TimestamptzLoader)
        self._transformer = Transformer(context)
        self._prepared: dict[tuple[str, Types], bytes] = {}  # the name of each, the one used longest ago first
        self._made = 0

    def fetch(self, sql: str, values: Values, *, prepare: bool = True) -> list[Row]:
        """The rows. Raises psycopg.Error."""
        statement, pgconn = _numbered(sql), self._pgconn
        parameters, types, formats = self._dumped(statement, values)
        if self._is_to_begin():
            self._checked(pgconn.exec_(b"BEGIN"))
        if not prepare:
            return self._rows(pgconn.exec_params(statement.sql, parameters, types, formats))
        name = self._known(sql, types)
        if name is None:
            self._make_room()
            name = self._new_name()
            self._checked(pgconn.prepare(name, statement.sql, types))
            self._prepared[sql, types] = name
        return self._rows(pgconn.exec_prepared(name, parameters, formats))

    def fetch_together(self, answers: Sequence[Answer]) -> None:
        """Fill in the rows, after one round trip. Raises psycopg.Error: of the first that failed; what comes after it is not carried out."""
        pgconn = self._pgconn
        sends: list[Callable[[], None]] = []
        receives: list[Callable[[Any], object]] = []  # what to do with the result of each
        fresh: dict[tuple[str, Types], bytes] = {}
        if self._is_to_begin():
            sends.append(partial(pgconn.send_query_params, b"BEGIN", None))
            receives.append(self._checked)
        for answer in answers:
            statement = _numbered(answer.sql)
            parameters, types, formats = self._dumped(statement, answer.values)
            name = self._known(answer.sql, types) or fresh.get((answer.sql, types))
            if name is None:
                self._make_room()
                fresh[answer.sql, types] = name = self._new_name()
                sends.append(partial(pgconn.send_prepare, name, statement.sql, types))
                receives.append(partial(self._is_prepared, answer.sql, types, name))
            sends.append(partial(pgconn.send_query_prepared, name, parameters, formats))
            receives.append(partial(self._answer, answer))
        for receive, result in zip(receives, self._results(sends), strict=True):
            receive(result)

    def spelled_out(self, sql: str, values: Values) -> str:
        """The statement with the values in it, to be read."""
        return psycopg.ClientCursor(self._connection).mogrify(sql, values)

    def _results(self, sends: Sequence[Callable[[], None]]) -> list[Any]:
        """What PostgreSQL says to each, in order."""
        pgconn, results = self._pgconn, list[Any]()
        try:
            pgconn.enter_pipeline_mode()
            for send in sends:
                send()  # into libpq's buffer: psycopg keeps its connections from blocking
            pgconn.pipeline_sync()
            while pgconn.flush():
                if self._wait(POLLIN | POLLOUT) & POLLIN:  # PostgreSQL may be waiting for us to read before it reads on
                    pgconn.consume_input()
            while True:
                while pgconn.is_busy():
                    self._wait(POLLIN)
                    pgconn.consume_input()  # raises psycopg.OperationalError where the connection broke
                result = pgconn.get_result()
                if result is None:  # it stands after each
                    self._still_there()
                elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                    break
                else:
                    results.append(result)
            pgconn.exit_pipeline_mode()
        except BaseException:
            pgconn.finish()  # there may be answers on the way that nobody would know what to do with
            raise
        return results

    def _still_there(self) -> None:
        if self._pgconn.status == pq.ConnStatus.BAD:
            raise psycopg.OperationalError(self._pgconn.get_error_message())

    def _wait(self, events: int) -> int:
        poller = poll()  # not select(), which knows no more than 1,024 files
        poller.register(self._pgconn.socket, events)
        [(_, found)] = poller.poll()
        return found

    def _is_to_begin(self) -> bool:
        """Whether the statement is the first of a transaction: psycopg begins one only with the first cursor that executes something."""
        return not self._connection.autocommit and self._pgconn.transaction_status == pq.TransactionStatus.IDLE

    def _dumped(self, statement: "Numbered", values: Values) -> tuple[Any, Types, Any]:
        transformer = self._transformer
        parameters = transformer.dump_sequence([values[name] for name in statement.names], statement.formats)
        return parameters, transformer.types, transformer.formats

    def _known(self, sql: str, types: Types) -> bytes | None:
        name = self._prepared.pop((sql, types), None)
        if name is not None:
            self._prepared[sql, types] = name
        return name

    def _new_name(self) -> bytes:
        self._made += 1
        return b"_line_%d" % self._made

    def _make_room(self) -> None:
        if len(self._prepared) >= MOST_PREPARED:
            self._pgconn.exec_(b"DEALLOCATE " + self._prepared.pop(next(iter(self._prepared))))

    def _is_prepared(self, sql: str, types: Types, name: bytes, result: Any) -> None:
        self._checked(result)
        self._prepared[sql, types] = name

    def _answer(self, answer: Answer, result: Any) -> None:
        answer.rows = self._rows(result)

    def _rows(self, result: Any) -> list[Row]:
        self._transformer.set_pgresult(self._checked(result))
        rows: list[Row] = self._transformer.load_rows(0, result.ntuples, tuple)
        return rows

    def _checked(self, result: Any) -> Any:
        if result.status not in ANSWERED:
            self._still_there()
            raise psycopg.errors.error_from_result(result, encoding=self._encoding)
        return result


class LineCursor:
    """As much of a cursor as Django's wrappers need, which log a statement or refuse it."""

    rowcount = -1

    def __init__(self, line: Line, prepare: bool) -> None:
        self._line = line
        self._prepare = prepare
        self._rows: list[Row] = []
        self._query = SimpleNamespace(query=None)  # where Django looks for what was sent

    def execute(self, sql: str, values: Values) -> None:
        self._query.query = self._line.spelled_out(sql, values).encode()
        self._rows = self._line.fetch(sql, values, prepare=self._prepare)

    def fetchall(self) -> list[Row]:
        return self._rows

    def close(self) -> None:
        """Nothing is held."""


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
