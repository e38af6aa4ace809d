import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread, Timer

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import OperationalError, connection, connections, transaction

from core.embedded.home import Home
from core.embedded.keeper import using
from core.events.models import OutboxEvent
from core.mail.models import OutgoingMail
from core.testing.databases import empty_database
from core.testing.environment import Environment
from core.testing.plugin import PATIENT
from core.testing.threads import race


def test_each_process_leases_numbers_of_its_own(servers: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "REDIS_DATABASE"):
        monkeypatch.setenv(name, "")  # restored afterwards
    other = Environment()
    assert other.number != servers.number
    assert other.database != servers.database


@pytest.mark.django_db
def test_settings_name_the_leased_databases(servers: Environment) -> None:
    assert connection.settings_dict["NAME"] == servers.database
    assert servers.number * 3 == settings.REDIS_DATABASE


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_starts_with_an_empty_cache(turn: int) -> None:
    assert cache.get("left-behind") is None
    cache.set("left-behind", turn)


@pytest.mark.django_db
def test_queries_are_counted(count_queries: Callable[[Callable[[], object]], int]) -> None:
    assert count_queries(lambda: connection.cursor().execute("SELECT 1")) == 1


def test_a_race_reports_results_and_refusals_in_order() -> None:
    def call(number: int) -> int:
        if number == 1:
            raise ValueError(number)
        return number

    first, second, third = race(call, threads=3)
    assert (first, third) == (0, 2)
    assert isinstance(second, ValueError)


@pytest.mark.django_db(transaction=True)
class TestEmptying:
    def test_what_was_committed_goes_and_what_migrations_wrote_stays(self) -> None:
        OutboxEvent.objects.create(name="test", payload={}, pending=[])
        permissions = Permission.objects.count()
        empty_database()
        assert not OutboxEvent.objects.exists()
        assert Permission.objects.count() == permissions > 0

    def test_a_thread_that_is_still_at_work_only_delays_it(self) -> None:
        """The thread holds the last table and then wants the first, which emptying has written to meanwhile: a deadlock."""
        OutboxEvent.objects.create(name="test", payload={}, pending=[])
        OutgoingMail.objects.create(recipient="ana@example.org")
        holds, wants = Event(), Event()
        first, last = sorted([OutboxEvent._meta.db_table, OutgoingMail._meta.db_table])

        def work() -> None:
            with contextlib.suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {last} IN SHARE MODE")
                holds.set()
                wants.wait()
                cursor.execute(f"LOCK TABLE {first} IN SHARE MODE")
            connections.close_all()

        thread = Thread(target=work)
        thread.start()
        holds.wait()
        Timer(0.3, wants.set).start()
        empty_database()
        thread.join()
        assert not OutboxEvent.objects.exists()
        assert not OutgoingMail.objects.exists()


def test_what_died_is_told_and_what_died_before_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "REDIS_DATABASE"):
        monkeypatch.setenv(name, "")  # restored afterwards
    home = Home(tmp_path, throwaway=True)
    home.prepare()
    (tmp_path / "keeper.log").write_text("long ago\n")
    monkeypatch.setattr("core.testing.environment.HOME", home)
    watching = Environment()
    assert watching.restarts() == ""
    with using(home), redis.Redis.from_url(home.redis_url, retry=PATIENT) as client:
        victim = client.info("server")["process_id"]
        os.kill(victim, signal.SIGKILL)
        assert client.info("server")["process_id"] != victim
    said = watching.restarts().splitlines()
    assert said[0] == "Valkey ended with -9; starting it again"
    assert any("Ready to accept connections" in line for line in said)
