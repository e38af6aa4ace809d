"""What only our own endpoint decides: headers of the disk's answers, races, leftovers of crashes."""

import io
import os
import threading
import time

import pytest
from pytest_django import Settings

from core.storage import store
from core.storage.disk import INCOMING, DiskStore
from core.storage.tests.conftest import Place


def test_public_object_is_read_by_anyone_and_cached_for_good(disk: Place) -> None:
    store.save("public/avatars/a/64.webp", io.BytesIO(b"face"))
    answer = disk.send("GET", store.public_url("public/avatars/a/64.webp"))
    assert (answer.status, answer.body) == (200, b"face")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_answers_cannot_be_sniffed_or_run(disk: Place) -> None:
    store.save("public/a.html", io.BytesIO(b"<script>"))
    answer = disk.send("GET", store.public_url("public/a.html"))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_missing_object_and_foreign_path_are_not_found(disk: Place) -> None:
    assert disk.send("GET", "/media/public/none.webp").status == 404
    assert disk.send("GET", "/media/public/../../manage.py").status == 404
    assert disk.send("GET", "/media/public").status == 403


@pytest.mark.parametrize("path", ["public/x.webp/y", "public/x.webp/y/z", f"public/{'x' * 256}", f"public/{'x' * 250}/{'y' * 60}", "public/a%00b"])
def test_what_no_file_can_be_called_is_not_found(disk: Place, path: str) -> None:
    store.save("public/x.webp", io.BytesIO(b"face"))
    assert disk.send("GET", f"/media/{path}").status in {400, 404}


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-" + "9" * 5000, 200, b"face"),
        ("bytes=" + "9" * 5000 + "-", 200, b"face"),
        ("bytes=-" + "9" * 5000, 200, b"face"),
        ("bytes=0-" + "9" * 18, 206, b"face"),
        ("bytes=" + "9" * 18 + "-", 416, b""),
        ("bytes=1-2", 206, b"ac"),
        ("bytes=0-0", 206, b"f"),
        ("bytes=-0", 416, b""),
    ],
)
def test_ranges_of_any_length_are_answered(disk: Place, asked: str, status: int, body: bytes) -> None:
    store.save("public/x.webp", io.BytesIO(b"face"))
    answer = disk.send("GET", "/media/public/x.webp", {"Range": asked})
    assert (answer.status, answer.body) == (status, body)


def test_endpoint_is_closed_when_objects_lie_in_a_bucket(disk: Place, settings: Settings) -> None:
    store.save("public/a.webp", io.BytesIO(b"x"))
    settings.S3_BUCKET = "media"
    assert disk.send("GET", "/media/public/a.webp").status == 404


def test_changed_claims_are_refused(disk: Place) -> None:
    upload = store.presign_upload("uploads/a.jpg", content_type="image/jpeg", size=3)
    assert disk.send("PUT", upload.url.replace("size=3", "size=4"), upload.headers, b"four").status == 403
    assert disk.send("PUT", upload.url + "&size=4", upload.headers, b"four").status == 403
    assert not store.exists("uploads/a.jpg")


def test_of_parallel_uploads_one_wins_whole(disk: Place) -> None:
    bodies = [bytes([number]) * 200_000 for number in range(8)]
    upload = store.presign_upload("uploads/a.jpg", content_type="image/jpeg", size=200_000)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda body=body: statuses.append(disk.send("PUT", upload.url, upload.headers, body).status)) for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, *[412] * 7]
    with store.open("uploads/a.jpg") as file:
        assert file.read() in bodies


def test_refused_upload_leaves_nothing_behind(disk: Place) -> None:
    upload = store.presign_upload("uploads/a.jpg", content_type="image/jpeg", size=5)
    disk.send("PUT", upload.url, {**upload.headers, "Content-Length": "5"}, b"tiny")
    assert isinstance(disk.store, DiskStore)
    assert not [path for path in disk.store.root.rglob("*") if path.is_file()]


def test_parts_of_a_crash_are_removed_after_a_day(disk: Place) -> None:
    assert isinstance(disk.store, DiskStore)
    directory = disk.store.root / INCOMING
    directory.mkdir()
    (directory / "old").write_bytes(b"half")
    (directory / "new").write_bytes(b"half")
    os.utime(directory / "old", (time.time() - 90_000,) * 2)
    assert disk.store.discard_abandoned() == 1
    assert [path.name for path in directory.iterdir()] == ["new"]


def test_check_fails_when_the_disk_cannot_be_written(disk: Place, settings: Settings) -> None:
    settings.MEDIA_ROOT = "/proc/none"
    with pytest.raises(OSError, match="none"):
        store.check()
