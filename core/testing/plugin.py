"""Fixtures for every test. The root ``conftest.py`` loads this before Django is set up."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest
import redis
import redis.backoff
import redis.retry
from django.test.utils import CaptureQueriesContext
from hypothesis import settings as hypothesis_settings

from core.testing.environment import Environment

# How many examples Hypothesis tries: few enough for every run of the suite, and ``--hypothesis-profile=thorough`` for a machine with time.
hypothesis_settings.register_profile("suite", max_examples=100, stateful_step_count=30, deadline=None)
hypothesis_settings.register_profile("thorough", max_examples=2_500, stateful_step_count=60, deadline=None)
hypothesis_settings.load_profile("suite")

# A server that dies is started again in less than this; the summary of the run tells of it.
PATIENT = redis.retry.Retry(redis.backoff.ExponentialBackoff(base=0.1, cap=1), retries=12)

# Before settings are read: they take the URLs from the environment this sets.
environment = Environment()
django.setup()


def pytest_configure() -> None:
    from django.conf import settings

    if settings.DATABASES["default"]["NAME"] != environment.database:
        pytest.exit("Settings were read before the tests found their own database. Unset DJANGO_SETTINGS_MODULE.", returncode=4)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """This process only directs workers: they lease numbers themselves, and must not read settings before they have."""
    os.environ.pop("DJANGO_SETTINGS_MODULE")
    environment.release()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if restarts := environment.restarts():
        terminalreporter.section("servers that died and were started again")
        terminalreporter.write_line(restarts)


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[Environment]:
    """PostgreSQL and Redis, answering."""
    environment.start_servers()
    yield environment
    environment.leave_servers()


@pytest.fixture(scope="session")
def django_db_setup(servers: Environment) -> Iterator[None]:
    """Takes the place of pytest-django's: a copy of the migrated template instead of migrating once for each process."""
    from django.db import connections
    from django.test import TransactionTestCase

    from core.testing.databases import drop_database, empty_database, make_database

    make_database(servers)
    TransactionTestCase._fixture_teardown = empty_database  # type: ignore[attr-defined]
    yield
    connections.close_all()
    drop_database(servers)


@pytest.fixture(scope="session", autouse=True)
def mail_through_the_outbox(django_test_environment: None) -> None:
    """Django's test set-up puts its own backend in the place of ours, which ends at ``mail.outbox`` too, by way of a row and a task."""
    from django.conf import settings

    settings.EMAIL_BACKEND = "core.mail.backends.Outbox"


@pytest.fixture(autouse=True)
def empty_telephone() -> None:
    """No test sees another's text messages, as with Django's own ``mail.outbox``."""
    from core.sms.testing import outbox

    outbox.clear()


@pytest.fixture(autouse=True)
def empty_redis(servers: Environment) -> None:
    """No test sees another's cache, limits, presence or queues."""
    from django.conf import settings

    for number in range(3):
        with redis.Redis.from_url(settings.REDIS_URL, db=settings.REDIS_DATABASE + number, retry=PATIENT) as client:
            client.flushdb()


@pytest.fixture
def no_worker() -> Iterator[None]:
    """Tasks wait in their queue and nobody takes them."""
    from celery import current_app

    current_app.conf.task_always_eager = False
    yield
    current_app.conf.task_always_eager = True


@pytest.fixture
def own_queue(no_worker: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """``own_queue(path)``: from now on tasks are enqueued at the Redis on that Unix socket, as by a process that has just started."""
    from celery import current_app

    from core.events import queue

    monkeypatch.setattr(queue, "gate", queue.Gate())
    usual = current_app.conf.broker_url

    def use(path: Path) -> None:
        current_app.conf.update(broker_url=f"redis+socket://{path}?virtual_host=0")
        queue.gate.forget()

    yield use
    current_app.conf.update(broker_url=usual)


@pytest.fixture
def silent_queue(own_queue: Callable[[Path], None], tmp_path: Path) -> Iterator[None]:
    """The queue takes connections and never answers."""
    taken = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "q"))
        listening.listen(64)

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(listening.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        own_queue(tmp_path / "q")
        yield
        listening.shutdown(socket.SHUT_RDWR)
    for one in taken:
        one.close()


@pytest.fixture
def count_queries(db: None) -> Callable[[Callable[[], object]], int]:
    """``count_queries(lambda: client.get(url))``: how many queries that took. Lists are counted at two sizes, and must agree."""
    from django.db import connection

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return count
