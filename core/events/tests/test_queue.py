"""Enqueuing while the queue hangs, is gone, or was gone a moment ago."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from core.events import outbox, queue
from core.events.models import OutboxEvent
from core.events.queue import QueueAway
from core.events.tasks import dispatch_event
from core.events.tests import sample
from core.events.tests.sample import NobodyWaits, SampleHappened
from core.models import uuid7
from core.realtime.tests.own_redis import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)
BUSY_MACHINE_SECONDS = 1.5


@pytest.fixture
def own_redis(own_queue: Callable[[Path], None], tmp_path: Path) -> Iterator[OwnRedis]:
    started = OwnRedis(tmp_path)
    own_queue(started.path)
    yield started
    started.end()


@pytest.fixture(autouse=True)
def _nothing_has_happened() -> Iterator[None]:
    sample.happened.clear()
    sample.behaviour.clear()
    yield
    sample.behaviour.clear()


def emit(event: NobodyWaits | SampleHappened) -> UUID:
    with transaction.atomic():
        outbox.emit(event)
    return event.sample_id


def seconds(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def enqueue() -> bool:
    try:
        dispatch_event.delay(str(uuid7()))
    except QueueAway:
        return False
    return True


def sweep_all() -> None:
    OutboxEvent.objects.update(next_attempt_at=timezone.now())
    outbox.sweep()


@pytest.mark.usefixtures("silent_queue")
def test_a_queue_that_never_answers_is_waited_for_once_by_one_and_nothing_is_lost() -> None:
    owed = []
    first = seconds(lambda: owed.append(emit(NobodyWaits(sample_id=uuid7()))))
    others = seconds(lambda: owed.extend(emit(NobodyWaits(sample_id=uuid7())) for _ in range(20)))
    assert queue.PATIENCE_SECONDS <= first < queue.PATIENCE_SECONDS + BUSY_MACHINE_SECONDS
    assert others < queue.PATIENCE_SECONDS
    assert sample.happened == []
    sweep_all()
    assert sorted(sample.happened) == sorted(owed)
    assert not OutboxEvent.objects.exists()


@pytest.mark.usefixtures("silent_queue")
def test_a_handler_that_finds_no_queue_is_tried_again_and_holds_no_request_up_twice() -> None:
    def hand_on(sample_id: UUID) -> None:
        dispatch_event.delay(str(sample_id))

    sample.behaviour["also"] = hand_on
    spent = seconds(lambda: [emit(SampleHappened(sample_id=uuid7())) for _ in range(10)])
    assert spent < queue.PATIENCE_SECONDS + BUSY_MACHINE_SECONDS
    assert len(sample.happened) == 10, "the handler beside it has done its part"
    assert {tuple(row.pending) for row in OutboxEvent.objects.all()} == {("core.events.tests.sample.also",)}
    assert {row.attempts for row in OutboxEvent.objects.all()} == {1}
    del sample.behaviour["also"]
    sweep_all()
    assert not OutboxEvent.objects.exists()


@pytest.mark.usefixtures("silent_queue")
def test_after_a_rest_one_asks_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "REST_SECONDS", 3.0)
    assert not enqueue()
    time.sleep(3.1)
    ready = threading.Barrier(6)

    def one(_: int) -> float:
        ready.wait(10)
        return seconds(lambda: enqueue())

    with ThreadPoolExecutor(6) as threads:
        spent = sorted(threads.map(one, range(6)))
    assert spent[-1] >= queue.PATIENCE_SECONDS
    assert all(waited < queue.PATIENCE_SECONDS for waited in spent[:-1]), spent


async def test_a_queue_that_hangs_under_open_connections_is_used_again_by_itself(own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "REST_SECONDS", 0.5)
    await own_redis.answers()
    assert enqueue()
    own_redis.hang()
    assert seconds(lambda: enqueue()) < queue.PATIENCE_SECONDS + BUSY_MACHINE_SECONDS
    assert seconds(lambda: enqueue()) < 0.5
    own_redis.go_on()
    time.sleep(0.6)
    assert enqueue()
    assert enqueue()


async def test_a_queue_that_was_started_anew_is_no_reason_to_refuse(own_redis: OwnRedis) -> None:
    await own_redis.answers()
    assert enqueue()
    own_redis.kill()
    own_redis.start()
    await own_redis.answers()
    assert enqueue(), "the connection broke while it lay idle"


async def test_a_queue_that_is_gone_is_found_so_at_once(own_redis: OwnRedis) -> None:
    await own_redis.answers()
    own_redis.kill()
    assert seconds(lambda: enqueue()) < queue.PATIENCE_SECONDS
    assert not enqueue()


@pytest.mark.usefixtures("silent_queue")
def test_what_no_queue_could_take_is_no_sign_that_it_is_away() -> None:
    with pytest.raises(TypeError):
        dispatch_event.apply_async(("one", "too many"))
    assert seconds(lambda: enqueue()) >= queue.PATIENCE_SECONDS
