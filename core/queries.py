"""Queries that are asked so often that putting them together costs more than the answer: compiled once, prepared by PostgreSQL once a connection.

The ORM builds the SQL of a queryset anew each time it is used, and PostgreSQL parses and plans it anew. A ``Prepared`` keeps both. What it asks is
still a queryset, so visibility stays where it is written:

    flags = Prepared(
        lambda viewer, ids: Post.objects.visible_to(somebody(viewer)).filter(pk__any=ids).values_list("pk"),
        viewer=UUIDField(), ids=ArrayField(UUIDField()),
    )
    rows = flags(viewer=ana.pk, ids=[...])

Keep to it where it was measured to matter; everywhere else querysets are read as they are.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from inspect import signature
from types import SimpleNamespace
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import CharField, Expression, Field, Func, Lookup, Model, QuerySet, TextField, UUIDField
from django.db.models.base import ModelState
from psycopg.sql import Literal

from core.statements import fetch

Row = TypeVar("Row", bound=Model)
PLACEHOLDER = re.compile("%%|%s")
UUIDS = ArrayField(UUIDField())


class Parameter(Expression):
    """Stands in a queryset for a value that every call brings."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class OneOfArray(Lookup):
    """Compares with each of an array, which is one parameter however many there are in it."""

    comparison: str
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} {self.comparison} ANY({right})", [*left_params, *right_params]


@UUIDField.register_lookup
class EqualsAny(OneOfArray):
    """``pk__any=ids``: one of an array, where ``in`` takes a parameter each."""

    lookup_name, comparison = "any", "="


@CharField.register_lookup
class LikeAny(OneOfArray):
    """``name__like_any=patterns``: LIKE one of an array; finds its way through an index of trigrams."""

    lookup_name, comparison = "like_any", "LIKE"


class RowVersion(Func):
    """``RowVersion("author__username")``: text that is another whenever anything in the row of that column is, as PostgreSQL keeps it.

    It names the transaction that wrote the row and where the row lies. Whoever keeps what was made of a row asks for this, not for the row.
    """

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, Any]:  # type: ignore[override]
        (column,) = self.get_source_expressions()
        table = compiler.quote_name_unless_alias(column.alias)
        return f"({table}.xmin::text || {table}.ctid::text)", []


def somebody(pk: Any) -> Any:
    """A viewer of whom only the key is known, or comes with each call: querysets ask for no more."""
    return SimpleNamespace(pk=pk)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement, and what makes Python values of its rows where PostgreSQL's own will not do."""

    sql: str
    compiler: Any = None
    converters: Any = None

    def converted(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)] if self.converters else rows


class Statement(ABC):
    """Something to be asked with a value for each of its parameters; it gives the rows as tuples."""

    planned_anew = False  # its best plan is another for other values, so PostgreSQL shall not keep one

    @abstractmethod
    def compiled_for(self, values: Mapping[str, Any]) -> Compiled:
        """What PostgreSQL gets. Values that are part of the statement (a limit) are taken from ``values``."""

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        compiled = self.compiled_for(values)
        return compiled.converted(fetch(compiled.sql, values, prepare=not self.planned_anew))


# How statements are asked: in a round trip of their own, or as whoever reads sees to it.
Ask = Callable[..., list[tuple[Any, ...]]]


def asked(query: Statement, **values: Any) -> list[tuple[Any, ...]]:
    """In a round trip of its own."""
    return query(**values)


class Written(Statement):
    """A statement written by hand, with its parameters as ``%(name)s``."""

    def __init__(self, sql: str) -> None:
        self.compiled = Compiled(sql)

    def compiled_for(self, values: Mapping[str, Any]) -> Compiled:
        return self.compiled


class Prepared(Statement):
    """A query that is put together once.

    ``build`` gets a Parameter for each field named here and returns a ``values_list``. Its further arguments (a limit) become part of the
    statement: each combination of them is a statement of its own, so they must be few.

    PostgreSQL keeps its plan, unless ``planned_anew``: that is for queries whose best way depends on the values, such as finding what begins with
    a letter, or with a name.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, Any]]", *, planned_anew: bool = False, **parameters: "Field[Any, Any]") -> None:
        self.build = build
        self.planned_anew = planned_anew
        self.parameters = {name: Parameter(name, field) for name, field in parameters.items()}
        self.fixed = [name for name in signature(build).parameters if name not in parameters]
        self.compiled: dict[tuple[Any, ...], Compiled] = {}

    def compiled_for(self, values: Mapping[str, Any]) -> Compiled:
        key = tuple([values.get(name) for name in self.fixed])
        compiled = self.compiled.get(key)
        if compiled is None:
            compiled = self.compiled[key] = self.compile(dict(zip(self.fixed, key, strict=True)))
        return compiled

    def sql(self, **fixed: Any) -> str:
        """The statement itself, to stand inside a larger one for ``core.statements.fetch``: what a queryset says is not said again in SQL.

        Its values are still to come, by the names of the parameters: ``%(viewer)s``.
        """
        return self.compiled_for(fixed).sql

    def compile(self, fixed: dict[str, Any]) -> Compiled:
        """The statement with its constants written out, so that PostgreSQL can plan with them and use partial indexes."""
        compiler = self.build(**self.parameters, **fixed).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        left = iter(params)

        def placed(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%%"
            value = next(left)
            if isinstance(value, Parameter):
                return f"%({value.name})s"
            return Literal(value.value if isinstance(value, Enum) else value).as_string(connection.connection).replace("%", "%%")

        connection.ensure_connection()
        sql = PLACEHOLDER.sub(placed, sql)
        return Compiled(sql, compiler, compiler.get_converters(expression for expression, _, _ in compiler.select))


class Folded(Statement):
    """A query of two columns, a text without spaces and a truth, as one row of one text: a row for each costs more than it says.

    flags = Folded(Prepared(...))
    likes = flags.unfold(flags(viewer=ana.pk, ids=ids))  # {"first": True, "second": False}
    """

    def __init__(self, query: Statement) -> None:
        self.query = query
        self.folded: dict[str, Compiled] = {}

    def compiled_for(self, values: Mapping[str, Any]) -> Compiled:
        sql = self.query.compiled_for(values).sql
        compiled = self.folded.get(sql)
        if compiled is None:
            text = "coalesce(string_agg(one.name || CASE WHEN one.truth THEN '+' ELSE '-' END, ' '), '')"
            compiled = self.folded[sql] = Compiled(f"SELECT {text} FROM ({sql}) AS one (name, truth)")  # noqa: S608
        return compiled

    @staticmethod
    def unfold(rows: list[tuple[Any, ...]]) -> dict[str, bool]:
        return {one[:-1]: one[-1] == "+" for one in rows[0][0].split()}


class Behind:
    """Two statements in one round trip: ``query`` is asked where ``gate`` gives a row, such as the session of whoever asks.

    The first column of ``query`` is never null, ``gate`` gives one row at most, and parameters of one name have one value in both. The rows come
    in any order.
    """

    def __init__(self, gate: Statement) -> None:
        self.gate = gate
        self.joined: dict[str, str] = {}

    def __call__(self, query: Statement, width: int, **values: Any) -> tuple[tuple[Any, ...] | None, list[tuple[Any, ...]]]:
        """The row of the gate, which has ``width`` columns, or None; and the rows of ``query``."""
        compiled = query.compiled_for(values)
        sql = self.joined.get(compiled.sql)
        if sql is None:
            gate = self.gate.compiled_for(values).sql
            sql = self.joined[compiled.sql] = f"SELECT gate.*, found.* FROM ({gate}) AS gate LEFT JOIN ({compiled.sql}) AS found ON true"  # noqa: S608
        rows = fetch(sql, values)
        if not rows:
            return None, []
        found = [] if rows[0][width] is None else [row[width:] for row in rows]
        return rows[0][:width], compiled.converted(found)


def columns(model: type[Model], path: str = "") -> list[str]:
    """The columns of ``model`` for a ``values_list``; ``path`` leads to it ("author__")."""
    return [f"{path}{field.attname}" for field in model._meta.concrete_fields]


def take(model: type[Row], row: tuple[Any, ...], start: int = 0) -> Row:
    """The instance whose ``columns`` begin at ``start`` of ``row``: what ``from_db`` gives, without telling anybody (``post_init``) of each."""
    names = columns_of(model)
    instance = model.__new__(model)
    instance.__dict__.update(zip(names, row[start : start + len(names)], strict=True))
    instance._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return instance


@cache
def columns_of(model: type[Model]) -> list[str]:
    return columns(model)
