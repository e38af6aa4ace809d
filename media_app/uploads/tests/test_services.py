import io
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone
from PIL import Image

from accounts.users.tests.factories import UserFactory
from core.errors import Conflict, Invalid, NotFound
from core.events import outbox
from core.events.models import OutboxEvent
from core.events.registry import handlers
from core.storage import store
from core.testing.threads import race
from media_app.uploads import services
from media_app.uploads.models import ORPHAN_AGE, Kind, State, Upload
from media_app.uploads.tests.factories import ReadyImageFactory, UploadFactory, processed, received
from media_app.uploads.tests.pictures import HTML, located_and_turned, picture, png_bomb

pytestmark = pytest.mark.django_db


def files() -> set[str]:
    """The keys in the store."""
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def events(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"media_app.uploads.{name}").count()


class Killed(BaseException):
    """The process ended here."""


def killed_at(step: int, work: Callable[[], Any]) -> bool:
    """Run ``work`` and end it before the ``step``-th line it runs in the services, as a kill would: on a thread whose connection is dropped
    with whatever transaction it is in. False when the work came to its end first.
    """
    seen = 0
    killed = False

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal seen
        if frame.f_code.co_filename != services.__file__:
            return None
        if event == "line":
            seen += 1
            if seen == step:
                raise Killed
        return trace

    def run() -> None:
        nonlocal killed
        sys.settrace(trace)
        try:
            work()
        except Killed:
            killed = True
        finally:
            sys.settrace(None)
            connection.in_atomic_block, connection.savepoint_ids, connection.run_on_commit = False, [], []
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return killed


@pytest.fixture
def ready_events() -> Iterator[list[UUID]]:
    """The uploads whose readiness handlers heard of."""
    heard: list[UUID] = []
    listeners = handlers["media_app.uploads.UploadReady"]
    listeners["test"] = lambda event: heard.append(event.upload_id)
    yield heard
    del listeners["test"]


def test_picture_becomes_ready_with_variants_and_blurhash() -> None:
    upload = processed(picture((1000, 500)))
    assert (upload.state, upload.width, upload.height) == (State.READY, 1000, 500)
    assert list(upload.variants) == ["320", "640", "1280"]
    assert len(upload.blurhash) > 6
    for variant in upload.variants.values():
        assert store.exists(variant["key"])
    assert events("UploadReady") == 1


def test_avatar_is_public_and_square() -> None:
    upload = processed(picture((1000, 500)), kind=Kind.AVATAR)
    assert {name: variant["key"] for name, variant in upload.variants.items()} == {
        "64": f"public/avatars/{upload.pk}/64.webp",
        "256": f"public/avatars/{upload.pk}/256.webp",
    }
    assert (upload.width, upload.height) == (256, 256)


def test_original_and_its_metadata_are_gone_once_it_is_ready() -> None:
    upload = processed(located_and_turned())
    services.discard_original(upload_id=upload.pk)
    assert files() == {variant["key"] for variant in upload.variants.values()}


@pytest.mark.parametrize(
    ("content", "reason"), [(HTML, "unsupported_type"), (picture()[:2000], "damaged"), (png_bomb(20_000, 20_000), "too_many_pixels")]
)
def test_file_at_fault_fails_at_once_and_for_good(content: bytes, reason: str) -> None:
    upload = processed(content)
    assert (upload.state, upload.failure, upload.attempts, upload.can_retry) == (State.FAILED, reason, 1, False)
    assert (upload.variants, events("UploadFailed"), events("UploadReady")) == ({}, 1, 0)
    with pytest.raises(Conflict) as refusal:
        services.complete_upload(owner=upload.owner, upload_id=upload.pk)
    assert refusal.value.code == "upload_failed"
    services.discard_original(upload_id=upload.pk)
    assert files() == set()


def test_store_that_is_away_is_tried_again_and_then_given_up() -> None:
    upload = received()
    store.delete(upload.original_key)  # unreachable, as far as processing can tell
    now = timezone.now()
    for attempt in range(1, services.MAX_ATTEMPTS + 1):
        now += timedelta(hours=1)
        with time_machine.travel(now, tick=False):
            assert services.due_uploads() == [upload.pk]
            services.process_upload(upload_id=upload.pk)
            services.process_upload(upload_id=upload.pk)  # not owed yet: the second call does nothing
        upload.refresh_from_db()
        assert upload.attempts == attempt
    assert (upload.state, upload.failure, upload.can_retry, events("UploadFailed")) == (State.FAILED, "processing_failed", True, 1)
    assert services.due_uploads() == []

    store.save(upload.original_key, io.BytesIO(picture()))
    services.complete_upload(owner=upload.owner, upload_id=upload.pk)
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == (State.READY, "")


@pytest.mark.usefixtures("no_worker")
@pytest.mark.django_db(transaction=True)
def test_upload_that_kills_its_worker_is_given_up() -> None:
    upload = received()
    now = timezone.now()
    for _ in range(services.MAX_ATTEMPTS + 1):
        now += services.LEASE + timedelta(minutes=1)
        with time_machine.travel(now, tick=False):
            killed_at(20, lambda: services.process_upload(upload_id=upload.pk))
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == (State.FAILED, "processing_failed")


@pytest.mark.usefixtures("no_worker")
@pytest.mark.django_db(transaction=True)
def test_processing_killed_before_any_line_ends_ready_exactly_once(ready_events: list[UUID]) -> None:
    step = 0
    while True:
        step += 1
        upload = received(picture((30, 20)))
        killed = killed_at(step, lambda upload=upload: services.process_upload(upload_id=upload.pk))  # type: ignore[misc]
        with time_machine.travel(timezone.now() + services.LEASE + timedelta(minutes=1), tick=False):
            for upload_id in services.due_uploads():
                services.process_upload(upload_id=upload_id)
            outbox.sweep()  # what was to follow, where the kill came within that
        upload.refresh_from_db()
        assert (upload.state, ready_events.count(upload.pk)) == (State.READY, 1), step
        assert all(store.exists(variant["key"]) for variant in upload.variants.values())
        if not killed:
            break
    assert step > 30


@pytest.mark.usefixtures("no_worker")
@pytest.mark.django_db(transaction=True)
def test_form_upload_killed_before_any_line_is_finished_or_cleaned_up() -> None:
    owner, step, killed = UserFactory.create(), 0, True
    content = picture((30, 20))
    while killed:
        step += 1
        killed = killed_at(
            step,
            lambda: services.create_upload_from_file(
                owner=owner, file=io.BytesIO(content), kind="image", filename="a.jpg", content_type="image/jpeg", size=len(content)
            ),
        )
    processing = Upload.objects.filter(state=State.PROCESSING)
    assert processing.exists()
    for upload in processing:
        services.process_upload(upload_id=upload.pk)
    with time_machine.travel(timezone.now() + ORPHAN_AGE + timedelta(minutes=1), tick=False):
        services.discard_orphans()
    assert not Upload.objects.exists()
    assert files() == set()


def test_late_attempt_does_not_overwrite_the_one_that_took_over() -> None:
    upload = received()
    first = services._claim(upload.pk)
    assert first is not None
    with time_machine.travel(timezone.now() + services.LEASE + timedelta(minutes=1), tick=False):
        services.process_upload(upload_id=upload.pk)
    first.state, first.failure = State.FAILED, "damaged"
    services._finish(first)
    upload.refresh_from_db()
    assert (upload.state, upload.failure, events("UploadReady"), events("UploadFailed")) == (State.READY, "", 1, 0)


@pytest.mark.usefixtures("no_worker")
@pytest.mark.django_db(transaction=True)
def test_parallel_workers_process_an_upload_once() -> None:
    upload = received()

    assert race(lambda _: services.process_upload(upload_id=upload.pk), threads=6) == [None] * 6
    upload.refresh_from_db()
    assert (upload.state, upload.attempts) == (State.READY, 1)


def test_confirming_twice_processes_once() -> None:
    upload = received()
    services.complete_upload(owner=upload.owner, upload_id=upload.pk)
    assert events("UploadReceived") == 1


def test_confirming_without_bytes_or_for_somebody_else_is_refused() -> None:
    upload = UploadFactory.create()
    with pytest.raises(Conflict) as refusal:
        services.complete_upload(owner=upload.owner, upload_id=upload.pk)
    assert refusal.value.code == "not_uploaded"
    with pytest.raises(NotFound):
        services.complete_upload(owner=UserFactory.create(), upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, events("UploadReceived")) == (State.WAITING, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "video"}, "invalid_kind"),
        ({"content_type": "image/svg+xml"}, "unsupported_type"),
        ({"content_type": "text/html"}, "unsupported_type"),
        ({"size": 0}, "empty"),
        ({"size": 15_000_001}, "too_large"),
    ],
)
def test_what_may_not_be_uploaded_is_refused_before_its_bytes(change: dict[str, Any], code: str) -> None:
    fields = {"kind": "image", "filename": "a.jpg", "content_type": "image/jpeg", "size": 10, **change}
    with pytest.raises(Invalid) as refusal:
        services.request_upload(owner=UserFactory.create(), **fields)
    assert refusal.value.code == code
    assert not Upload.objects.exists()


def test_images_are_used_in_the_order_asked_for_and_only_once() -> None:
    owner = UserFactory.create()
    first, second = ReadyImageFactory.create_batch(2, owner=owner)
    assert services.use_images(owner=owner, ids=[second.pk, first.pk]) == [second, first]
    with pytest.raises(Invalid):
        services.use_images(owner=owner, ids=[first.pk])


def test_foreign_unready_repeated_or_avatar_images_are_refused() -> None:
    owner = UserFactory.create()
    mine = ReadyImageFactory.create(owner=owner)
    foreign, waiting = ReadyImageFactory.create(), UploadFactory.create(owner=owner)
    avatar = ReadyImageFactory.create(owner=owner, kind=Kind.AVATAR)
    for ids in ([mine.pk, foreign.pk], [mine.pk, waiting.pk], [mine.pk, mine.pk], [avatar.pk]):
        with pytest.raises(Invalid):
            services.use_images(owner=owner, ids=ids)
    assert Upload.objects.filter(unused_since=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_orphans_are_discarded_and_used_uploads_kept() -> None:
    orphan, used, released, fresh = (processed(picture((30, 20))) for _ in range(4))
    services.use_images(owner=used.owner, ids=[used.pk])
    services.use_images(owner=released.owner, ids=[released.pk])
    services.release_uploads(ids=[released.pk])
    Upload.objects.filter(pk=fresh.pk).update(unused_since=timezone.now() + ORPHAN_AGE)
    with time_machine.travel(timezone.now() + ORPHAN_AGE + timedelta(minutes=1), tick=False):
        assert services.discard_orphans() == 2
    assert set(Upload.objects.values_list("pk", flat=True)) == {used.pk, fresh.pk}
    assert not any(str(orphan.pk) in key or str(released.pk) in key for key in files())
    assert store.exists(used.variants["320"]["key"])


def test_avatar_is_released_by_its_prefix() -> None:
    upload = processed(picture((30, 20)), kind=Kind.AVATAR)
    assert services.use_portrait(owner=upload.owner, upload_id=upload.pk, kind=Kind.AVATAR).unused_since is None
    services.release_portrait(key=upload.prefix)
    upload.refresh_from_db()
    assert upload.unused_since is not None
    services.release_portrait(key="")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Kind.AVATAR, Kind.COVER])
def test_a_crop_is_what_is_shown(kind: Kind) -> None:
    upload = processed(kind=kind, crop=[0.5, 0, 0.5, 1])  # the blue half
    assert upload.state == State.READY
    with store.open(upload.variants[max(upload.variants, key=int)]["key"]) as file:
        shown = Image.open(file).convert("RGB").resize((3, 1)).tobytes()
    assert all(red < 60 for red in shown[::3])
    assert all(blue > 200 for blue in shown[2::3])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "crop"), [("avatar", (0.6, 0, 0.6, 1)), ("avatar", (0, 0, 0, 1)), ("cover", (-0.1, 0, 0.5, 1)), ("image", (0, 0, 0.5, 1))]
)
def test_a_rectangle_outside_the_picture_is_refused_and_leaves_nothing(kind: str, crop: tuple[float, float, float, float]) -> None:
    with pytest.raises(Invalid) as refused:
        services.request_upload(owner=UserFactory.create(), kind=kind, filename="a.png", content_type="image/png", size=10, crop=crop)
    assert refused.value.code == "invalid_crop"
    assert not Upload.objects.exists()
