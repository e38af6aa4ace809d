"""Hubbub with Python: sign in, post with a picture, open a conversation, send over the socket, receive, miss something, resume.

pip install httpx websockets
python docs/examples/client.py picture.jpg          # against http://localhost:8000, as the demo people ana and ben
HUBBUB_URL=https://hubbub.example ANA=… BEN=… PASSWORD=… python docs/examples/client.py picture.jpg
"""

import json
import mimetypes
import os
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from websockets.sync.client import connect

URL = os.environ.get("HUBBUB_URL", "http://localhost:8000")
PASSWORD = os.environ.get("PASSWORD", "hubbub-demo")
PATIENCE = 30.0  # seconds


class Refused(Exception):
    """``code`` is stable and for programs, the message is for people."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.code: str = error["code"]
        self.details: dict[str, Any] = error["details"]
        super().__init__(f"{self.code}: {error['message']}")


class Person:
    """Somebody signed in, over REST."""

    def __init__(self, username: str) -> None:
        self.http = httpx.Client(base_url=f"{URL}/api/v1/", timeout=PATIENCE)
        self.refresh_token = ""
        self.keep(self.call("POST", "auth/sign-in", json={"username": username, "password": PASSWORD}))

    def keep(self, tokens: dict[str, Any]) -> None:
        """A real client stores both at once, before it uses either: the old refresh token is spent."""
        self.access_token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]
        self.http.headers["Authorization"] = f"Bearer {self.access_token}"

    def refresh(self) -> None:
        """Each refresh token works once. One at a time: whoever loses a race gets 409 ``refresh_superseded`` and no tokens."""
        spent, self.refresh_token = self.refresh_token, ""
        self.keep(self.call("POST", "auth/refresh-token", json={"refresh_token": spent}))

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The ``data`` of the answer. Raises Refused."""
        response = self.http.request(method, path, **options)
        if response.status_code == 204:
            return None
        answer = response.json()
        if answer["success"]:
            return answer["data"]
        refused = Refused(answer["error"])
        if refused.code == "token_invalid" and self.refresh_token:  # the access token is past its quarter of an hour
            self.refresh()
            return self.call(method, path, **options)
        raise refused

    def upload(self, path: Path) -> str:
        """Ask for a place, send the bytes straight there, confirm, and wait until the picture is ready. Returns the upload's id."""
        kind, _ = mimetypes.guess_type(path.name)
        content = path.read_bytes()
        asked = self.call(
            "POST", "uploads", json={"kind": "image", "filename": path.name, "content_type": kind or "image/jpeg", "size": len(content)}
        )
        place = asked["upload"]
        # The address is signed: no token goes along, and the headers are sent exactly as given.
        httpx.request(place["method"], place["url"], headers=place["headers"], content=content, timeout=PATIENCE).raise_for_status()
        upload = self.call("POST", f"uploads/{asked['id']}/complete")
        give_up_at = time.monotonic() + PATIENCE
        while upload["state"] == "processing" and time.monotonic() < give_up_at:
            time.sleep(0.5)
            upload = self.call("GET", f"uploads/{asked['id']}")
        if upload["state"] != "ready":
            raise RuntimeError(f"the picture is {upload['state']} {upload['failure']}")
        return str(upload["id"])


class Socket:
    """One socket. ``seen`` is the highest ``seq`` this client has of each conversation; after a reconnection it asks for what came since."""

    def __init__(self, person: Person, seen: dict[str, int] | None = None) -> None:
        address = URL.replace("http", "ws", 1) + "/ws/"
        # The token travels as a subprotocol, never in the address, which ends up in logs.
        self.ws = connect(address, subprotocols=["hubbub.v1", f"bearer.{person.access_token}"])  # type: ignore[list-item]
        self.frames: deque[dict[str, Any]] = deque()
        self.references = 0
        self.expect("authenticated")
        if seen:
            self.call("resume", conversations=seen)  # the missed frames come before its ack and wait in self.frames

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ws.close()

    def call(self, kind: str, **data: Any) -> Any:
        """Send one frame and wait for its answer: the ``data`` of the ``ack``. Raises Refused for an ``error``."""
        self.references += 1
        ref = str(self.references)
        self.ws.send(json.dumps({"type": kind, "ref": ref, "data": data}))
        answer = self.next(lambda frame: frame.get("ref") == ref)
        if answer["type"] == "error":
            raise Refused(answer["data"])
        return answer["data"]

    def expect(self, kind: str) -> Any:
        """The ``data`` of the next frame of that type. Frames of other types wait for their turn."""
        return self.next(lambda frame: frame["type"] == kind)["data"]

    def next(self, wanted: Any) -> dict[str, Any]:
        for frame in self.frames:
            if wanted(frame):
                self.frames.remove(frame)
                return frame
        while not wanted(frame := json.loads(self.ws.recv(timeout=PATIENCE))):
            self.frames.append(frame)
        return dict(frame)


def main(picture: Path) -> None:
    ana, ben = Person(os.environ.get("ANA", "ana")), Person(os.environ.get("BEN", "ben"))
    print("signed in as", ana.call("GET", "users/me")["name"])

    upload = ana.upload(picture)
    body = {"body": "Posted with *Python*.", "images": [{"upload": upload, "alt": "A picture from a program."}]}
    # The key makes it safe to send this again after a lost answer: it stays one post.
    post = ana.call("POST", "posts", json=body, headers={"Idempotency-Key": str(uuid4())})
    print("posted", post["id"], "with", len(post["images"]), "picture")

    conversation = ana.call("POST", "conversations/direct", json={"user": os.environ.get("BEN", "ben")})
    where = conversation["id"]
    with Socket(ana) as anas:
        with Socket(ben) as bens:
            # After a lost answer the same temp_id is sent again: it can only become one message.
            ack = anas.call("message:send", conversation=where, body="Hello from Python.", temp_id=str(uuid4()))
            print("sent message", ack["seq"])
            message = bens.expect("message:new")
            print("received:", message["body"])
            bens.call("message:read", conversation=where, seq=message["seq"])
            print("read up to", anas.expect("message:status")["read_seq"])
        anas.call("message:send", conversation=where, body="You were away.", temp_id=str(uuid4()))
        ben.refresh()  # as one does when the access token is old
        with Socket(ben, seen={where: message["seq"]}) as bens:
            print("missed:", bens.expect("message:new")["body"])

    ana.call("POST", "auth/sign-out")
    ben.call("POST", "auth/sign-out")
    print("signed out")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: client.py PICTURE")
    try:
        main(Path(sys.argv[1]))
    except Refused as refused:
        sys.exit(str(refused))
