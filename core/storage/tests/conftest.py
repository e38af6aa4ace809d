"""Both stores under one name: a directory behind Django's own view, and a real S3 server (SeaweedFS) that checks signatures."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from core.storage import store
from core.storage.contract import Store
from core.storage.s3 import Bucket, S3Store
from core.testing.ports import free_port


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


Send = Callable[..., Answer]


@dataclass(frozen=True)
class Place:
    """A store and the way a client reaches the URLs it hands out."""

    store: Store
    send: Send


def send_to_site(method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    response = Client(headers=headers).generic(method, url, body, content_type=(headers or {}).get("Content-Type", ""))
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)


def send_to_bucket(method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    response = httpx.request(method, url, headers=headers, content=body)
    return Answer(response.status_code, dict(response.headers), response.content)


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket on an S3 server of its own, for the whole run."""
    directory: Path = tmp_path_factory.mktemp("s3")
    config = directory / "s3.json"
    identity = {"name": "test", "credentials": [{"accessKey": "key", "secretKey": "test-secret"}], "actions": ["Admin", "Read", "Write", "List"]}
    config.write_text(json.dumps({"identities": [identity]}))
    endpoint = f"http://127.0.0.1:{(s3_port := free_port())}"
    ports = [f"-{name}={free_port()}" for name in ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port")]
    ports += [f"-filer.port.grpc={free_port()}", f"-s3.port={s3_port}", f"-s3.port.grpc={free_port()}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    weed = [str(Path(sys.executable).parent / "weed"), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={directory}", "-filer", "-s3"]
    with (directory / "log").open("wb") as log:
        server = subprocess.Popen([*weed, f"-s3.config={config}", "-volume.max=20", "-master.volumeSizeLimitMB=16", *ports], stdout=log, stderr=log)
    try:
        place = Bucket(
            name="media", endpoint_url=endpoint, public_endpoint_url="", region="us-east-1", access_key_id="key", secret_access_key="test-secret"
        )
        deadline = time.monotonic() + 60
        while not answers(endpoint):
            assert server.poll() is None, (directory / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the S3 server did not start"
            time.sleep(0.1)
        S3Store(place).client.create_bucket(Bucket=place.name)
        yield place
    finally:
        server.kill()
        server.wait()


def answers(endpoint: str) -> bool:
    try:
        return httpx.get(endpoint).status_code == 403
    except httpx.TransportError:
        return False


@pytest.fixture(params=["disk", "s3"])
def place(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Place:
    """Each test runs on the disk and on the bucket."""
    if request.param == "disk":
        settings.MEDIA_ROOT = tmp_path
        settings.S3_BUCKET = ""
        return Place(store.current(), send_to_site)
    bucket: Bucket = request.getfixturevalue("bucket")
    settings.S3_BUCKET = bucket.name
    settings.S3_ENDPOINT_URL = bucket.endpoint_url
    settings.S3_PUBLIC_ENDPOINT_URL = ""
    settings.S3_REGION = bucket.region
    settings.S3_ACCESS_KEY_ID = bucket.access_key_id
    settings.S3_SECRET_ACCESS_KEY = bucket.secret_access_key
    return Place(store.current(), send_to_bucket)


@pytest.fixture
def disk(settings: Settings, tmp_path: Path) -> Place:
    settings.MEDIA_ROOT = tmp_path
    settings.S3_BUCKET = ""
    return Place(store.current(), send_to_site)
