"""Knowing without Django whether a database has all migrations: a fingerprint of their files, kept as the database's own comment.

Starting Django only to learn that there is nothing to migrate would cost most of the time a second start takes. The mark lies in the
database, so it goes when the database goes.
"""

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

CHECKOUT = Path(__file__).resolve().parents[2]


def fingerprint() -> str:
    """Changes with any migration of ours, with the lock (others' migrations) and with the settings (which apps there are)."""
    digest = hashlib.sha256()
    # The environment in .venv is not even walked through: it has thousands of files, and may be changing.
    ours = [path for top in CHECKOUT.glob("[!.]*/") for path in top.rglob("migrations/*.py")]
    for path in [*sorted(ours), CHECKOUT / "requirements" / "dev.txt", CHECKOUT / "config" / "settings" / "base.py"]:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + path.read_bytes())
    return digest.hexdigest()


def mark(server: "psycopg.Connection[tuple[object, ...]]", database: str) -> str:
    """What was last written by ``set_mark``; empty where nothing was, or where there is no such database."""
    row = server.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database]).fetchone()
    return str(row[0] or "") if row else ""


def set_mark(server: "psycopg.Connection[tuple[object, ...]]", database: str, text: str) -> None:
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), sql.Literal(text)))
