"""The database of a process that runs tests: copied from a template that is migrated once, whenever the migrations change."""

import os
import subprocess
import sys
from typing import Any

import psycopg
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from core.embedded import schema
from core.testing.environment import HOME, Environment

# What migrating writes and no test changes. A test that makes a group asks for it by ``get_or_create``: it outlasts the test.
KEPT = {"auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_migrations"}
EMPTYING_TRIES = 10


def make_database(environment: Environment) -> None:
    """A fresh, migrated, empty database under the name DATABASE_URL already has."""
    with HOME.locked("template"), psycopg.connect(environment.admin_url, autocommit=True) as server:
        wanted = schema.fingerprint()
        if schema.mark(server, environment.template) != wanted:
            _drop(server, environment.template)
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(environment.template)))
            _migrate(environment.template_url)
            schema.set_mark(server, environment.template, wanted)
        _drop(server, environment.database)
        names = map(sql.Identifier, (environment.database, environment.template))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(*names))


def drop_database(environment: Environment) -> None:
    with psycopg.connect(environment.admin_url, autocommit=True) as server:
        _drop(server, environment.database)


def empty_database(*_: Any) -> None:
    """Take away what a test committed. In the place of Django's flush, which truncates every table and fills those of the migrations again.

    Threads of the test that are still at work may write a row that refers to one just deleted, or hold what this waits for and wait for what it
    holds. Both end one of the two, and this tries again.
    """
    for attempt in range(1, EMPTYING_TRIES + 1):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in _emptying(cursor):
                    cursor.execute(statement)
            return
        except (IntegrityError, OperationalError):
            if attempt == EMPTYING_TRIES:
                raise


def _emptying(cursor: CursorWrapper) -> list[sql.Composed]:
    """A statement for each table with rows. A table that lets nobody delete its rows is truncated, which costs more."""
    tables = sorted(set(connection.introspection.table_names(cursor)) - KEPT)
    one_row = sql.SQL("(SELECT {} FROM {} LIMIT 1)")
    cursor.execute(sql.SQL(" UNION ALL ").join(one_row.format(table, sql.Identifier(table)) for table in tables))
    inhabited = sorted(table for (table,) in cursor.fetchall())
    cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    guarded = {table for (table,) in cursor.fetchall()}
    return [sql.SQL("TRUNCATE {}" if table in guarded else "DELETE FROM {}").format(sql.Identifier(table)) for table in inhabited]


def _drop(server: "psycopg.Connection[tuple[object, ...]]", database: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _migrate(url: str) -> None:
    """In a process of its own, which leaves no connection to the template behind."""
    command = [sys.executable, str(HOME.path.parents[1] / "manage.py"), "migrate", "--verbosity", "0"]
    migrated = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False)
    if migrated.returncode != 0:
        raise RuntimeError(f"The test database cannot be migrated:\n{migrated.stdout}{migrated.stderr}")
