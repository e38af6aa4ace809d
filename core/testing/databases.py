"""The database of a process that runs tests: copied from a template that is migrated once, whenever the migrations change."""

import os
import subprocess
import sys

import psycopg
from psycopg import sql

from core.embedded import schema
from core.testing.environment import HOME, Environment


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


def _drop(server: "psycopg.Connection[tuple[object, ...]]", database: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _migrate(url: str) -> None:
    """In a process of its own, which leaves no connection to the template behind."""
    command = [sys.executable, str(HOME.path.parents[1] / "manage.py"), "migrate", "--verbosity", "0"]
    migrated = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False)
    if migrated.returncode != 0:
        raise RuntimeError(f"The test database cannot be migrated:\n{migrated.stdout}{migrated.stderr}")
