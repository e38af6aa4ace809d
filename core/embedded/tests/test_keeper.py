import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from core.embedded import postgres
from core.embedded.home import Home
from core.embedded.keeper import CHECKOUT, is_up, using
from core.embedded.processes import NOBODY
from core.embedded.tests.processes import eventually, kill, processes_of

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")

USE_BRIEFLY = """
import sys, psycopg
from pathlib import Path
from core.embedded.home import Home
from core.embedded.keeper import using
with using(Home(Path(sys.argv[1]), throwaway=True)) as home:
    psycopg.connect(home.database_url).close()
"""


def test_servers_stop_when_the_last_user_leaves(home: Home) -> None:
    with using(home):
        with using(home):
            assert is_up(home)
        assert is_up(home)
    assert eventually(lambda: not processes_of(home.path))


def test_users_who_start_at_once_share_one_pair_of_servers(home: Home) -> None:
    users = [subprocess.Popen([sys.executable, "-c", USE_BRIEFLY, str(home.path)], cwd=CHECKOUT) for _ in range(4)]
    with using(home):
        assert [user.wait(90) for user in users] == [0, 0, 0, 0]
        assert len(processes_of(home.postgres_data, "postgres", "-D")) == 1
        assert len(processes_of(home.valkey_socket, "valkey-server")) == 1


def test_killed_servers_come_back_with_what_was_acknowledged(durable_home: Home) -> None:
    with using(durable_home) as home:
        with psycopg.connect(home.database_url) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("INSERT INTO kept VALUES (1)")
        redis.Redis.from_url(home.redis_url).set("kept", 1)
        kill(processes_of(home.postgres_data, "-D"))
        kill(processes_of(home.valkey_socket, "valkey-server"))
        assert eventually(lambda: is_up(home))
        with psycopg.connect(home.database_url) as connection:
            assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]
        assert redis.Redis.from_url(home.redis_url).get("kept") == b"1"


def test_a_killed_keeper_takes_its_servers_along_and_the_next_user_starts_them_again(home: Home) -> None:
    with using(home):
        kill(processes_of(home.path, "core.embedded"))
        assert eventually(lambda: not processes_of(home.path, "core.embedded"))
        with using(home):
            assert is_up(home)


def test_a_pid_file_whose_number_somebody_else_has_now_does_not_stop_a_start(home: Home) -> None:
    with using(home):
        pass
    assert eventually(lambda: not processes_of(home.path))
    (home.postgres_data / "postmaster.pid").write_text(f"{os.getpid()}\n{home.postgres_data}\n")
    (home.sockets / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    (home.sockets / ".s.PGSQL.5432").touch()
    with using(home):
        assert postgres.answers(home)


def test_a_cluster_that_was_cut_short_is_made_again(home: Home) -> None:
    home.prepare()
    (home.path / "postgres.new").mkdir()
    (home.path / "postgres.new" / "PG_VERSION").write_text("17\n")
    with using(home):
        assert postgres.answers(home)


def test_a_server_that_cannot_start_says_why(home: Home) -> None:
    home.prepare()
    home.postgres_data.mkdir()
    (home.postgres_data / "PG_VERSION").write_text("9.1\n")
    with pytest.raises(RuntimeError, match=r"postgres\.log"), using(home):
        raise AssertionError("a server without data started")


def forbid_namespaces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``unshare`` fail, as where the kernel does not let it make user namespaces."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (programs / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@only_root
def test_root_becomes_nobody_where_namespaces_are_forbidden_and_keeps_the_data_there_and_back(
    folder: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> int:
        with using(home), psycopg.connect(home.database_url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
            connection.execute("INSERT INTO kept VALUES (1)")
            (rows,) = connection.execute("SELECT count(*) FROM kept").fetchone() or (0,)
        assert eventually(lambda: not processes_of(home.path))
        return int(rows)

    folder.chmod(0o711)
    assert kept() == 1
    forbid_namespaces(folder, monkeypatch)
    assert kept() == 2
    assert {path.stat().st_uid for path in (home.postgres_data, home.postgres_data / "PG_VERSION", home.sockets)} == {NOBODY}
    monkeypatch.undo()
    assert kept() == 3


@only_root
def test_a_directory_that_nobody_may_not_enter_is_named(folder: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid_namespaces(folder, monkeypatch)
    with pytest.raises(RuntimeError, match=f"may not enter {folder}"), using(home):
        raise AssertionError("a server started where it cannot read its files")
