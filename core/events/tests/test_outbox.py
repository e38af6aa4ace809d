import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import redis
from django.conf import settings
from django.contrib.admin.sites import site
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from core.events import outbox
from core.events.models import OutboxEvent
from core.events.tasks import dispatch_event
from core.events.tests import sample
from core.events.tests.sample import Counted, FollowUp, NobodyListens, NobodyWaits, SampleHappened
from core.models import uuid7

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_has_happened() -> Iterator[None]:
    sample.happened.clear()
    sample.handed_over.clear()
    sample.behaviour.clear()
    yield
    sample.behaviour.clear()


def emit_one() -> UUID:
    sample_id = uuid7()
    with transaction.atomic():
        outbox.emit(SampleHappened(sample_id=sample_id))
    return sample_id


def fail(_: UUID) -> None:
    raise ZeroDivisionError


def make_due() -> None:
    OutboxEvent.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_event_is_dispatched_after_the_commit_and_leaves_no_row() -> None:
    with transaction.atomic():
        outbox.emit(SampleHappened(sample_id=(sample_id := uuid7())))
        assert sample.happened == []
    assert sample.happened == [sample_id]
    assert not OutboxEvent.objects.exists()


def test_rolled_back_change_tells_nobody() -> None:
    with transaction.atomic():
        outbox.emit(SampleHappened(sample_id=uuid7()))
        transaction.set_rollback(True)
    assert sample.happened == []
    assert not OutboxEvent.objects.exists()


def test_event_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.emit(SampleHappened(sample_id=uuid7()))


def test_event_without_listeners_leaves_no_row() -> None:
    with transaction.atomic():
        outbox.emit(NobodyListens(sample_id=uuid7()))
        assert not OutboxEvent.objects.exists()


def test_failing_handler_breaks_neither_the_request_nor_its_neighbour_and_alone_is_tried_again() -> None:
    sample.behaviour["also"] = fail
    sample_id = emit_one()
    row = OutboxEvent.objects.get()
    assert sample.happened == [sample_id]
    assert row.pending == ["core.events.tests.sample.also"]
    assert row.attempts == 1
    assert "ZeroDivisionError" in row.last_error
    sample.behaviour.clear()
    make_due()
    assert outbox.sweep() == 1
    assert sample.happened == [sample_id]
    assert not OutboxEvent.objects.exists()


def test_broken_outbox_does_not_break_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: UUID) -> bool:
        raise ConnectionError

    monkeypatch.setattr(outbox, "dispatch", broken)
    emit_one()
    assert OutboxEvent.objects.count() == 1


def test_handler_that_fails_in_the_database_leaves_nothing_behind() -> None:
    def write_and_fail(_: UUID) -> None:
        OutboxEvent.objects.create(name="half", payload={}, pending=[])
        raise ZeroDivisionError

    sample.behaviour["also"] = write_and_fail
    sample_id = emit_one()
    assert sample.happened == [sample_id]
    assert not OutboxEvent.objects.filter(name="half").exists()


def test_handler_may_emit_and_may_act_after_commit() -> None:
    later: list[UUID] = []

    def nested(sample_id: UUID) -> None:
        outbox.emit(FollowUp(sample_id=sample_id))
        transaction.on_commit(lambda: later.append(sample_id))

    sample.behaviour["note"] = nested
    sample_id = emit_one()
    assert sample.happened == [sample_id]
    assert later == [sample_id]
    assert not OutboxEvent.objects.exists()


def test_attempts_wait_longer_and_longer_and_end() -> None:
    sample.behaviour["also"] = fail
    emit_one()
    waits = []
    for _ in range(outbox.MAX_ATTEMPTS - 1):
        make_due()
        outbox.sweep()
        waits.append((OutboxEvent.objects.get().next_attempt_at - timezone.now()).total_seconds())
    assert waits[0] < waits[2] < waits[4]
    assert max(waits) <= outbox.MAX_BACKOFF_SECONDS
    dead = OutboxEvent.objects.get()
    assert dead.failed_at is not None
    make_due()
    assert outbox.sweep() == 0


def test_operator_tries_a_dead_event_again(rf: RequestFactory) -> None:
    sample.behaviour["also"] = fail
    emit_one()
    OutboxEvent.objects.update(failed_at=timezone.now(), attempts=outbox.MAX_ATTEMPTS)
    request = rf.post("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    model_admin: Any = site.get_model_admin(OutboxEvent)
    model_admin.try_again(request, OutboxEvent.objects.all())
    sample.behaviour.clear()
    assert outbox.sweep() == 1
    assert not OutboxEvent.objects.exists()


def test_row_of_an_unknown_event_waits_for_code_that_knows_it() -> None:
    OutboxEvent.objects.create(name="gone.Away", payload={}, pending=["gone.handler"])
    assert outbox.sweep() == 1
    assert OutboxEvent.objects.get().attempts == 1


def test_many_sweepers_run_each_row_once() -> None:
    for _ in range(30):
        OutboxEvent.objects.create(
            name="core.events.tests.sample.SampleHappened", payload={"sample_id": str(uuid7())}, pending=["core.events.tests.sample.note"]
        )

    def sweep(_: int) -> None:
        try:
            outbox.sweep()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(sweep, range(6)))
    assert len(sample.happened) == len(set(sample.happened)) == 30
    assert not OutboxEvent.objects.exists()


def test_fresh_row_is_left_to_its_writer() -> None:
    with transaction.atomic():
        recorded = outbox.record(SampleHappened(sample_id=uuid7()))
    assert outbox.sweep() == 0
    outbox.hand_over(recorded)
    assert len(sample.happened) == 1
    assert not OutboxEvent.objects.exists()


def test_settling_keeps_rows_whose_handler_failed() -> None:
    with transaction.atomic():
        recorded = outbox.record(SampleHappened(sample_id=uuid7())) + outbox.record(SampleHappened(sample_id=(second := uuid7())))

    def failing(sample_id: UUID) -> None:
        if sample_id == second:
            fail(sample_id)

    sample.behaviour["also"] = failing
    outbox.settle(recorded)
    assert [row.payload["sample_id"] for row in OutboxEvent.objects.all()] == [str(second)]


def count_three() -> tuple[list[UUID], list[outbox.Recorded]]:
    sample_ids = [uuid7() for _ in range(3)]
    with transaction.atomic():
        return sample_ids, [row for sample_id in sample_ids for row in outbox.record(Counted(sample_ids=[sample_id]))]


def test_rows_of_a_kind_that_joins_are_one_event_to_their_handlers() -> None:
    sample_ids, recorded = count_three()
    outbox.settle(recorded)
    assert sample.happened == sample_ids
    assert sample.handed_over == [3]
    assert not OutboxEvent.objects.exists()


def test_joined_rows_whose_handler_failed_are_swept_one_by_one() -> None:
    sample_ids, recorded = count_three()
    sample.behaviour["note"] = fail
    outbox.settle(recorded)
    assert OutboxEvent.objects.count() == 3
    del sample.behaviour["note"]
    OutboxEvent.objects.update(next_attempt_at=timezone.now())
    assert outbox.sweep() == 3
    assert sorted(sample.happened) == sample_ids
    assert sample.handed_over == [1, 1, 1]


def test_process_killed_between_commit_and_dispatch_still_delivers() -> None:
    sample_id = uuid7()
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.test"),
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST'] or database['OPTIONS'].get('host', '')}",
    }
    script = Path(__file__).with_name("killed_before_dispatch.py")
    killed = subprocess.run(
        [sys.executable, "-m", f"core.events.tests.{script.stem}", str(sample_id)], env=environment, cwd=script.parents[3], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert sample.happened == []
    assert OutboxEvent.objects.count() == 1
    make_due()
    outbox.sweep()
    assert sample.happened == [sample_id]
    assert not OutboxEvent.objects.exists()


def test_what_is_left_to_the_sweeper_waits_for_it() -> None:
    with outbox.left_to_sweeper():
        sample_id = emit_one()
    assert sample.happened == []
    make_due()
    outbox.sweep()
    assert sample.happened == [sample_id]


def waiting_tasks() -> int:
    with redis.Redis.from_url(settings.REDIS_URL, db=settings.REDIS_DATABASE + 2) as broker:
        return int(broker.llen("default"))


def emit_for_worker() -> UUID:
    sample_id = uuid7()
    with transaction.atomic():
        outbox.emit(NobodyWaits(sample_id=sample_id))
        assert waiting_tasks() == 0
    return sample_id


@pytest.mark.usefixtures("no_worker")
def test_what_is_a_workers_waits_for_one_and_is_done_once() -> None:
    sample_id = emit_for_worker()
    assert sample.happened == []
    assert waiting_tasks() == 1
    key = str(OutboxEvent.objects.get().pk)
    assert [dispatch_event(key), dispatch_event(key)] == [True, True]
    assert sample.happened == [sample_id]
    assert not OutboxEvent.objects.exists()


@pytest.mark.usefixtures("no_worker")
def test_what_is_rolled_back_gives_a_worker_nothing_to_do() -> None:
    with transaction.atomic():
        outbox.emit(NobodyWaits(sample_id=uuid7()))
        transaction.set_rollback(True)
    assert waiting_tasks() == 0
    assert not OutboxEvent.objects.exists()


@pytest.mark.usefixtures("no_worker")
def test_what_a_queue_forgets_the_sweeper_finds() -> None:
    sample_id = emit_for_worker()
    with redis.Redis.from_url(settings.REDIS_URL, db=settings.REDIS_DATABASE + 2) as broker:
        broker.flushdb()
    assert outbox.sweep() == 0, "a worker gets the time that a writer gets"
    make_due()
    assert outbox.sweep() == 1
    assert sample.happened == [sample_id]


def test_a_queue_that_is_away_breaks_no_request_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(dispatch_event, "delay", away)
    sample_id = emit_for_worker()
    assert sample.happened == []
    make_due()
    outbox.sweep()
    assert sample.happened == [sample_id]
