"""What a store promises, on the disk and on S3 alike."""

import io
from uuid import uuid4

import pytest
import time_machine

from core.storage import disk, s3, store
from core.storage.contract import PresignedUpload
from core.storage.tests.conftest import Answer, Place


@pytest.fixture
def key() -> str:
    return f"uploads/{uuid4()}.jpg"


def put(place: Place, upload: PresignedUpload, body: bytes, **headers: str) -> Answer:
    return place.send(upload.method, upload.url, {**upload.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}, body)


def presign(key: str, body: bytes = b"picture") -> PresignedUpload:
    return store.presign_upload(key, content_type="image/jpeg", size=len(body))


def test_presigned_upload_writes_the_object(place: Place, key: str) -> None:
    assert put(place, presign(key), b"picture").status == 200
    assert store.size(key) == 7
    with store.open(key) as file:
        assert file.read() == b"picture"


@pytest.mark.parametrize("body", [b"pictur", b"picture!", b""])
def test_upload_of_another_size_is_refused(place: Place, key: str, body: bytes) -> None:
    assert put(place, presign(key), body).status in {400, 403}
    assert not store.exists(key)


def test_upload_of_another_type_is_refused(place: Place, key: str) -> None:
    assert put(place, presign(key), b"picture", Content_Type="text/html").status == 403
    assert not store.exists(key)


def test_upload_never_overwrites(place: Place, key: str) -> None:
    upload = presign(key)
    assert put(place, upload, b"picture").status == 200
    assert put(place, upload, b"forgery").status == 412
    with store.open(key) as file:
        assert file.read() == b"picture"


def test_upload_url_is_good_for_one_key(place: Place, key: str) -> None:
    other = key.replace("uploads/", "uploads/other-")
    upload = presign(key)
    assert place.send("PUT", upload.url.replace(key, other), upload.headers, b"picture").status == 403
    assert not store.exists(other)


def test_upload_url_expires(place: Place, key: str) -> None:
    with time_machine.travel(-3600, tick=True):
        upload = presign(key)
    assert put(place, upload, b"picture").status == 403
    assert not store.exists(key)


def test_upload_url_does_not_read_and_download_url_does_not_write(place: Place, key: str) -> None:
    upload = presign(key)
    put(place, upload, b"picture")
    assert place.send("GET", upload.url).status == 403
    assert place.send("PUT", store.signed_url(key), upload.headers, b"picture").status == 403


def test_signed_url_reads_with_the_type_of_the_key(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"picture"))
    answer = place.send("GET", store.signed_url(key))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"picture", "image/jpeg")
    assert answer.headers["cache-control"].startswith("private")


def test_private_object_is_not_read_without_a_signature(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"picture"))
    url = store.signed_url(key)
    assert place.send("GET", url.split("?")[0]).status == 403
    assert place.send("GET", url[:-1] + ("0" if url[-1] != "0" else "1")).status == 403


def test_signed_url_expires(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"picture"))
    with time_machine.travel(-7200, tick=True):
        url = store.signed_url(key, seconds=3600)
    assert place.send("GET", url).status == 403


def test_signed_url_stays_the_same_within_its_stretch_of_time(place: Place, key: str) -> None:
    with time_machine.travel("2026-11-21T10:00:01Z", tick=False):
        first = store.signed_url(key, seconds=3600)
    with time_machine.travel("2026-11-21T10:29:59Z", tick=False):
        assert store.signed_url(key, seconds=3600) == first
    with time_machine.travel("2026-11-21T10:30:00Z", tick=False):
        assert store.signed_url(key, seconds=3600) != first


@pytest.mark.parametrize(
    ("range_", "body", "content_range"),
    [
        ("bytes=1-2", b"ic", "bytes 1-2/7"),
        ("bytes=4-", b"ure", "bytes 4-6/7"),
        ("bytes=-2", b"re", "bytes 5-6/7"),
        ("bytes=5-99", b"re", "bytes 5-6/7"),
    ],
)
def test_download_answers_a_range(place: Place, key: str, range_: str, body: bytes, content_range: str) -> None:
    store.save(key, io.BytesIO(b"picture"))
    answer = place.send("GET", store.signed_url(key), {"Range": range_})
    assert (answer.status, answer.body, answer.headers["content-range"]) == (206, body, content_range)


def test_range_past_the_end_is_refused(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"picture"))
    assert place.send("GET", store.signed_url(key), {"Range": "bytes=7-"}).status == 416


@pytest.mark.parametrize("extension", ["html", "svg", "xml", "pdf", "exe"])
def test_what_is_not_on_the_inline_list_is_only_downloaded(place: Place, extension: str) -> None:
    key = f"uploads/{uuid4()}.{extension}"
    store.save(key, io.BytesIO(b"<script>alert(1)</script>"))
    answer = place.send("GET", store.signed_url(key))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] in {"application/octet-stream", "application/pdf"}


def test_download_name_survives_any_characters(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"picture"))
    answer = place.send("GET", store.signed_url(key, download_name='é"\r\nx.jpg'))
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "%C3%A9" in answer.headers["content-disposition"]


def test_save_replaces_and_delete_is_repeatable(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"one"))
    store.save(key, io.BytesIO(b"three"))
    assert store.size(key) == 5
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(FileNotFoundError):
        store.open(key)
    with pytest.raises(FileNotFoundError):
        store.size(key)


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a//b", "a/../b", ".incoming/x", "a/.hidden", "a\\b", "é", "", "a/", "x" * 301])
def test_key_that_could_leave_the_store_is_refused(place: Place, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        store.signed_url(key)
    with pytest.raises(ValueError, match="not a storage key"):
        store.save(key, io.BytesIO(b"x"))


def test_public_url_is_only_for_public_keys(place: Place, key: str) -> None:
    assert store.public_url(f"public/{key}").endswith(f"/public/{key}")
    with pytest.raises(ValueError, match="not a public key"):
        store.public_url(key)


def test_check_passes_when_the_store_answers(place: Place) -> None:
    store.check()


def test_writer_makes_an_object_of_any_size_in_pieces(place: Place, key: str) -> None:
    piece = bytes(range(256)) * 4096
    with store.writer(key) as file:
        for _ in range(17):  # more than two parts of a bucket
            assert file.write(piece) == len(piece)
        assert not store.exists(key)
    assert store.size(key) == 17 * len(piece)
    with store.open(key) as file:
        assert all(file.read(len(piece)) == piece for _ in range(17))


def test_writer_replaces_what_was_there_and_can_write_nothing(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"before"))
    with store.writer(key):
        pass
    assert store.size(key) == 0


def test_writer_that_fails_leaves_what_was_there(place: Place, key: str) -> None:
    store.save(key, io.BytesIO(b"before"))

    def fail() -> None:
        with store.writer(key) as file:
            file.write(b"x" * (9 << 20))
            raise OSError("half way")

    with pytest.raises(OSError, match="half way"):
        fail()
    with store.open(key) as file:
        assert file.read() == b"before"


def test_what_a_dead_writer_left_is_removed_a_day_later_and_not_before(place: Place, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = store.writer(key)
    writing.__enter__().write(b"x" * (9 << 20))  # and its process is killed
    assert store.discard_abandoned() == 0
    for module in (disk, s3):
        monkeypatch.setattr(module, "ABANDONED_SECONDS", -60)  # a day has gone by
    assert store.discard_abandoned() == 1
    assert store.discard_abandoned() == 0
    assert not store.exists(key)
