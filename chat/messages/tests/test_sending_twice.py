"""Sending over REST when answers get lost, transactions are taken back, or nobody answers in time; with the lanes and without them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.users.models import User
from chat.conftest import Connect
from chat.conversations.models import Conversation
from chat.conversations.tests.factories import make_pair
from chat.messages import lanes
from chat.messages.drafts import Draft
from chat.messages.models import Message
from chat.messages.tests.talking import pair, refused, write
from core.api.models import IdempotentRequest
from core.testing.threads import race

pytestmark = pytest.mark.django_db(transaction=True)
Alone = Callable[[], None]


@pytest.fixture(params=["lanes", "no lanes"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_lanes", lanes.lanes() if request.param == "lanes" else None)


@pytest.fixture
def _no_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_lanes", None)


def post(sender: User, conversation: Conversation, key: str | None, **body: Any) -> Any:
    client = APIClient()
    client.force_authenticate(sender)
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/api/v1/conversations/{conversation.pk}/messages", {"body": "hello", **body}, headers=headers)


@contextmanager
def held(conversation: Conversation) -> Iterator[None]:
    """While somebody else holds the conversation, so that no message gets a number."""
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Conversation.objects.select_for_update().get(pk=conversation.pk)
            holding.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(20)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.usefixtures("_either_way")
def test_the_same_key_twice_is_one_message_and_one_answer() -> None:
    ana, _, conversation = make_pair()
    first, again = post(ana, conversation, "k1"), post(ana, conversation, "k1")
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json()["data"] == again.json()["data"]
    assert post(ana, conversation, "k2").json()["data"]["seq"] == 2
    assert Message.objects.count() == 2


@pytest.mark.usefixtures("_either_way")
def test_a_server_that_died_before_it_remembered_the_key_doubles_nothing() -> None:
    ana, ben, conversation = make_pair()
    first = post(ana, conversation, "k1").json()["data"]
    IdempotentRequest.objects.all().delete()
    again = post(ana, conversation, "k1")
    assert (again.status_code, again.json()["data"]) == (200, first)
    IdempotentRequest.objects.all().delete()
    assert post(ana, conversation, "k1", body="something else").json()["data"]["seq"] == 2
    assert post(ben, conversation, "k1").json()["data"]["seq"] == 3
    assert "k1" not in first["temp_id"]
    assert Message.objects.count() == 3


@pytest.mark.usefixtures("_either_way")
def test_many_requests_with_one_key_at_once_are_one_message() -> None:
    ana, _, conversation = make_pair()
    answers: list[Any] = race(lambda _: post(ana, conversation, "k1"), threads=8)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["data"]["id"] for answer in answers if answer.status_code == 201}) == 1
    assert Message.objects.count() == 1


@pytest.mark.usefixtures("_no_lanes")
async def test_what_is_taken_back_after_sending_was_told_to_nobody(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    anas, bens = await connect(ana), await connect(ben)

    def send_and_take_back() -> None:
        with transaction.atomic():
            lanes.send(Draft(ana.pk, conversation.pk, "never said", "t1"))
            transaction.set_rollback(True)

    await sync_to_async(send_and_take_back)()
    assert await anas.quiet()
    assert await bens.quiet()
    assert not await Message.objects.aexists()


@pytest.mark.usefixtures("_no_lanes")
async def test_with_a_key_everyone_hears_once_it_is_committed(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    bens = await connect(ben)
    answer = await sync_to_async(post)(ana, conversation, "k1")
    assert (await bens.expect("message:new"))["id"] == answer.json()["data"]["id"]
    assert (await sync_to_async(post)(ana, conversation, "k1"))["Idempotency-Replayed"] == "true"
    assert await bens.quiet(besides="notification:")


def test_a_lane_that_does_not_answer_in_time_is_unavailable_and_sending_again_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_lanes", lanes.lanes())
    monkeypatch.setattr(lanes, "WAIT_SECONDS", 0.3)
    ana, _, conversation = make_pair()
    with held(conversation):
        answer = post(ana, conversation, "k1")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    monkeypatch.setattr(lanes, "WAIT_SECONDS", 20.0)
    assert post(ana, conversation, "k1").json()["data"]["seq"] == 1
    assert Message.objects.count() == 1


async def test_a_socket_whose_message_takes_too_long_is_told_so(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, _, conversation = await pair()
    socket = await connect(ana)
    await write(socket, conversation, "first")
    monkeypatch.setattr(lanes, "WAIT_SECONDS", 0.3)
    target = {"conversation": str(conversation.pk)}
    holder = held(conversation)
    await sync_to_async(holder.__enter__)()
    try:
        assert await refused(socket, "message:send", {**target, "body": "second", "temp_id": "t2"}) == "unavailable"
        assert await refused(socket, "message:read", {**target, "seq": 1}) == "unavailable"
    finally:
        await sync_to_async(holder.__exit__)(None, None, None)
    monkeypatch.setattr(lanes, "WAIT_SECONDS", 20.0)
    assert (await write(socket, conversation, "second", temp_id="t2"))["seq"] == 2
    assert await Message.objects.acount() == 2
