"""The programs in ``docs/examples`` do against a real server what ``docs/API.md`` says they do."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest

from accounts.sessions.models import Session
from accounts.users.tests.factories import PASSWORD, UserFactory
from chat.conversations.models import Conversation
from core import drawing
from core.embedded.processes import end
from core.testing.ports import free_port
from social.posts.models import Post

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "docs" / "examples"
WAIT_SECONDS = 90.0


def program(name: str) -> str:
    """Where a program is that Hubbub itself does not need. CI has them all; elsewhere one may do without."""
    return shutil.which(name) or left_out(f"{name} is not installed: the example that needs it was not run.")


def left_out(message: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def node() -> list[str]:
    command = [program("node")]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, _ = map(int, version.strip().lstrip("v").split("."))
    if (major, minor) < (20, 10):
        left_out(f"node {version.strip()} knows no sockets: the example that needs them was not run. Node 20.10 does, better 22.")
    return command if major >= 22 else [*command, "--experimental-websocket"]


def command_of(example: str) -> list[str]:
    match Path(example).suffix:
        case ".sh":
            for needed in ("curl", "jq"):
                program(needed)
            return [program("bash")]
        case ".mjs":
            return node()
    return [sys.executable]


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``python -m core.realtime.server`` on the database of the tests. Pictures are worked on in the request that brings them."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "MEDIA_ROOT": str(tmp_path_factory.mktemp("media")), "SITE_URL": address}
    process = subprocess.Popen([sys.executable, "-m", "core.realtime.server", "--port", str(port)], cwd=ROOT, env=environment, start_new_session=True)
    try:
        give_up_at = time.monotonic() + WAIT_SECONDS
        while not answers(address):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < give_up_at, "the server does not answer"
            time.sleep(0.1)
        yield address
    finally:
        end(process, signal.SIGTERM, seconds=30)


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=30).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("example", "tells"),
    [
        ("client.sh", ["sent message 1", "missed 1: Hello from curl."]),
        ("client.py", ["sent message 1", "received: Hello from Python.", "read up to 1", "missed: You were away."]),
        ("client.mjs", ["sent message 1", "received: Hello from JavaScript.", "read up to 1", "missed: You were away."]),
    ],
)
def test_an_example_signs_in_posts_talks_and_resumes(example: str, tells: list[str], server: str, tmp_path: Path) -> None:
    command = command_of(example)
    ana, _ben = UserFactory.create(username="ana"), UserFactory.create(username="ben")
    picture = tmp_path / "picture.png"
    picture.write_bytes(drawing.landscape(Random(1)))
    environment = {"PATH": os.environ["PATH"], "HUBBUB_URL": server, "PASSWORD": PASSWORD}

    ran = subprocess.run(
        [*command, EXAMPLES / example, picture], env=environment, capture_output=True, text=True, timeout=2 * WAIT_SECONDS, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    post = Post.objects.get()
    assert ran.stdout.splitlines() == ["signed in as Ana", f"posted {post.pk} with 1 picture", *tells, "signed out"]
    assert post.author == ana
    assert [image.alt.startswith("A picture from a ") for image in post.images.all()] == [True]
    assert Conversation.objects.get().last_seq == len([line for line in tells if ":" in line])
    assert not Session.objects.live().exists()


def test_a_refusal_is_told_in_words(server: str, tmp_path: Path, transactional_db: None) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"nothing")
    environment = {"PATH": os.environ["PATH"], "HUBBUB_URL": server, "PASSWORD": "wrong"}
    ran = subprocess.run([sys.executable, EXAMPLES / "client.py", picture], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("invalid_credentials: ")
