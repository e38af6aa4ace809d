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
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from inspect import signature
from types import SimpleNamespace
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, Lookup, Model, QuerySet, UUIDField
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


@UUIDField.register_lookup
class Any_(Lookup):  # noqa: N801 - Any is a type here
    """``pk__any=ids``: one of an array, which is one parameter however many there are; ``in`` takes one each."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_params, *right_params]


def somebody(pk: Any) -> Any:
    """A viewer of whom only the key is known, or comes with each call: querysets ask for no more."""
    return SimpleNamespace(pk=pk)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement, and what makes Python values of its rows where PostgreSQL's own will not do."""

    sql: str
    compiler: Any
    converters: Any


class Prepared:
    """A query that is put together once. Called with a value for each parameter, it gives the rows as tuples.

    ``build`` gets a Parameter for each field named here and returns a ``values_list``. Its further arguments (a limit) become part of the
    statement: each combination of them is a statement of its own, so they must be few.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, Any]]", **parameters: "Field[Any, Any]") -> None:
        self.build = build
        self.parameters = {name: Parameter(name, field) for name, field in parameters.items()}
        self.fixed = [name for name in signature(build).parameters if name not in parameters]
        self.compiled: dict[tuple[Any, ...], Compiled] = {}

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        key = tuple([values.get(name) for name in self.fixed])
        compiled = self.compiled.get(key)
        if compiled is None:
            compiled = self.compiled[key] = self.compile(dict(zip(self.fixed, key, strict=True)))
        rows = fetch(compiled.sql, values)
        if compiled.converters:
            rows = [tuple(row) for row in compiled.compiler.apply_converters(rows, compiled.converters)]
        return rows

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


def columns(model: type[Model], path: str = "") -> list[str]:
    """The columns of ``model`` for a ``values_list``; ``path`` leads to it ("author__")."""
    return [f"{path}{field.attname}" for field in model._meta.concrete_fields]


def take(model: type[Row], row: tuple[Any, ...], start: int = 0) -> Row:
    """The instance whose ``columns`` begin at ``start`` of ``row``."""
    names = columns_of(model)
    return model.from_db(DEFAULT_DB_ALIAS, names, row[start : start + len(names)])


@cache
def columns_of(model: type[Model]) -> list[str]:
    return columns(model)
