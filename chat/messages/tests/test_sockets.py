"""Chat over sockets, through the real ASGI application."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.conversations.models import Conversation, Membership
from chat.messages import services
from chat.messages.drafts import Draft
from chat.messages.events import MessagesSent
from chat.messages.handlers import tell_messages
from chat.messages.models import Message
from chat.messages.sockets import order
from chat.messages.tests.talking import numbers, pair, refused, say, write
from chat.messages.wire import conversation_room
from core.events.models import OutboxEvent
from core.events.outbox import sweep
from core.realtime.hub import current_hub
from core.realtime.limits import Limit
from core.realtime.registry import commands
from core.realtime.testing import SocketClient
from social.graph.services import block, unblock

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_message_is_acknowledged_and_reaches_everyone_once(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    phone, laptop, bens = await connect(ana), await connect(ana), await connect(ben)
    ack = await write(phone, conversation, "hello", temp_id="t1")
    assert (ack["seq"], ack["temp_id"]) == (1, "t1")
    for socket in (phone, laptop, bens):
        frame = await socket.expect("message:new")
        assert (frame["id"], frame["seq"], frame["sender"], frame["body"]) == (ack["id"], 1, str(ana.pk), "hello")
    taken = await laptop.expect("message:sent")
    assert (taken["id"], taken["temp_id"]) == (ack["id"], "t1")
    again = await write(phone, conversation, "hello", temp_id="t1")
    assert again == ack
    assert await phone.quiet(besides="notification:")
    assert await bens.quiet(besides="notification:")


async def test_a_reply_shows_what_it_answers(connect: Connect) -> None:
    ana, _, conversation = await pair()
    socket = await connect(ana)
    first = await write(socket, conversation, "question")
    await socket.expect("message:new")
    await write(socket, conversation, "answer", reply_to=first["id"])
    quote = (await socket.expect("message:new"))["reply_to"]
    assert quote == {"id": first["id"], "seq": 1, "sender": str(ana.pk), "body": "question"}
    assert (
        await refused(socket, "message:send", {"conversation": str(conversation.pk), "body": "x", "temp_id": "x", "reply_to": str(uuid4())})
        == "reply_not_found"
    )


async def test_edits_and_deletions_reach_everyone(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    anas, bens = await connect(ana), await connect(ben)
    ack = await write(anas, conversation, "helo")
    await anas.call("message:edit", {"id": ack["id"], "body": "hello"})
    assert (await bens.expect("message:edited"))["body"] == "hello"
    await bens.call("message:delete", {"id": ack["id"], "scope": "me"})
    assert (await bens.expect("message:deleted"))["for_everyone"] is False
    await anas.call("message:delete", {"id": ack["id"]})
    assert (await bens.expect("message:deleted"))["for_everyone"] is True
    assert (await anas.expect("message:deleted"))["seq"] == 1


async def test_receipts_reach_the_other_and_counts_the_reader(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    anas, bens = await connect(ana), await connect(ben)
    for body in ("one", "two", "three"):
        await write(anas, conversation, body)
    target = {"conversation": str(conversation.pk)}
    await bens.call("message:delivered", {**target, "seq": 3})
    status = await anas.expect("message:status")
    assert status == {"conversation": str(conversation.pk), "person": str(ben.pk), "delivered_seq": 3, "read_seq": 0}
    await bens.send("message:read", {**target, "seq": 1})
    await bens.call("message:read", {**target, "seq": 2})
    assert (await anas.expect("message:status", read_seq=2))["delivered_seq"] == 3
    assert (await bens.expect("conversation:updated", read_seq=2))["unread_count"] == 1


async def test_who_sends_no_read_receipts_sees_none(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await sync_to_async(User.objects.filter(pk=ben.pk).update)(sends_read_receipts=False)
    anas, bens = await connect(ana), await connect(ben)
    await write(anas, conversation)
    await write(bens, conversation)
    for socket in (anas, bens):
        await socket.call("message:read", {"conversation": str(conversation.pk), "seq": 2})
    assert (await anas.expect("message:status"))["read_seq"] == 0
    assert (await bens.expect("message:status"))["read_seq"] == 0


async def test_typing_is_told_to_the_others_and_ends_with_the_message(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    phone, laptop, bens = await connect(ana), await connect(ana), await connect(ben)
    await phone.call("typing:start", {"conversation": str(conversation.pk)})
    assert await refused(phone, "typing:start", {"conversation": str(conversation.pk)}) == "rate_limited"
    assert (await bens.expect("typing:update")) == {"conversation": str(conversation.pk), "user": str(ana.pk), "typing": True}
    await write(phone, conversation)
    assert (await bens.expect("typing:update"))["typing"] is False
    await laptop.expect("message:sent")
    await laptop.expect("message:new")
    assert await laptop.quiet()


async def test_typing_ends_when_the_socket_goes_or_says_so(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    anas, bens, again = await connect(ana), await connect(ben), await connect(ana)
    await anas.call("typing:start", {"conversation": str(conversation.pk)})
    await bens.expect("typing:update", typing=True)
    await anas.call("typing:stop", {"conversation": str(conversation.pk)})
    await bens.expect("typing:update", typing=False)
    await asyncio.sleep(1)
    await again.call("typing:start", {"conversation": str(conversation.pk)})
    await bens.expect("typing:update", typing=True)
    await again.close()
    await bens.expect("typing:update", typing=False)


async def test_resume_sends_exactly_what_was_missed_in_order(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, *(str(number) for number in range(1, 121)))
    socket = await connect(ben)
    answer = await socket.call("resume", {"conversations": {str(conversation.pk): 3, str(uuid4()): 0}})
    assert answer == {"conversations": {str(conversation.pk): {"last_seq": 120, "head": 120}}}
    assert await numbers(socket, 117) == list(range(4, 121))
    await say(ana, conversation, "live")
    assert await numbers(socket, 1) == [121]
    assert await socket.quiet()


async def test_resume_leaves_out_what_the_person_deleted(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one", "two", "three")
    middle = await Message.objects.aget(seq=2)
    await sync_to_async(services.hide_message)(actor=ben, message_id=middle.pk)
    socket = await connect(ben)
    await socket.call("resume", {"conversations": {str(conversation.pk): 0}})
    assert await numbers(socket, 2) == [1, 3]
    await say(ana, conversation, "four")
    assert await numbers(socket, 1) == [4]


async def test_messages_sent_while_resuming_come_once_and_in_order(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, *("x" for _ in range(150)))
    socket = await connect(ben)
    under_way, read = threading.Event(), order._missed

    def noted(*about: Any) -> Any:
        under_way.set()
        return read(*about)

    monkeypatch.setattr(order, "_missed", noted)
    resuming = asyncio.create_task(socket.call("resume", {"conversations": {str(conversation.pk): 0}}))
    assert await asyncio.to_thread(under_way.wait, 10)
    await asyncio.gather(*(say(ana, conversation, *("y" for _ in range(10))) for _ in range(3)))
    await resuming
    assert await numbers(socket, 180) == list(range(1, 181))
    assert await socket.quiet()


async def test_an_event_lost_on_the_way_is_found_at_the_next_message(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    socket = await connect(ben)
    await sync_to_async(send_untold)(ana, conversation, 3)
    await say(ana, conversation, "told")
    assert await numbers(socket, 4) == [1, 2, 3, 4]
    assert await socket.quiet(besides="notification:")


async def test_an_event_lost_on_the_way_is_found_by_the_heartbeat(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    socket = await connect(ben)
    await sync_to_async(send_untold)(ana, conversation, 3)
    current_hub().missed()
    assert await numbers(socket, 3) == [1, 2, 3]
    assert await socket.quiet()


async def test_events_out_of_order_or_told_twice_arrive_in_order_once(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    socket = await connect(ben)
    await sync_to_async(send_untold)(ana, conversation, 3)
    ids = [pk async for pk in Message.objects.order_by("-seq").values_list("pk", flat=True)]
    for pk in (*ids, *ids):
        await sync_to_async(tell_messages)(MessagesSent(message_ids=[pk]))
    assert await numbers(socket, 3) == [1, 2, 3]
    assert await socket.quiet()


def send_untold(sender: User, conversation: Conversation, count: int) -> None:
    """Messages whose event is lost between commit and push."""
    for number in range(count):
        services.send_messages(drafts=[Draft(sender.pk, conversation.pk, "lost", f"lost-{number}")])


async def test_conversations_are_created_listed_and_left(connect: Connect) -> None:
    ana, ben = await sync_to_async(UserFactory.create)(), await sync_to_async(UserFactory.create)()
    anas, bens = await connect(ana), await connect(ben)
    created = await anas.call("conversation:create", {"user": ben.username})
    shown = (await bens.expect("conversation:new"))["conversation"]
    assert shown["id"] == created["id"]
    assert [person["username"] for person in shown["people"]] == [ana.username]
    conversation = await Conversation.objects.aget()
    await write(anas, conversation, "hi")
    assert (await bens.expect("message:new"))["body"] == "hi"
    listed = await bens.call("conversation:sync", {})
    assert [(one["unread_count"], one["last_message"]["body"]) for one in listed["conversations"]] == [(1, "hi")]
    assert (await bens.call("conversation:join", {"conversation": created["id"]}))["unread_count"] == 1
    await bens.call("conversation:leave", {"conversation": created["id"]})
    assert await bens.expect("conversation:removed") == {"conversation": created["id"]}
    assert (await bens.call("conversation:sync", {}))["conversations"] == []
    await write(anas, conversation, "still there?")
    assert (await bens.expect("conversation:new"))["conversation"]["last_message"]["body"] == "still there?"
    assert (await bens.expect("message:new"))["seq"] == 2


async def test_a_conversation_asked_for_again_is_back_on_all_devices_of_who_asked(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "hello")
    phone, laptop, bens = await connect(ana), await connect(ana), await connect(ben)
    await phone.call("conversation:leave", {"conversation": str(conversation.pk)})
    await laptop.expect("conversation:removed")
    await phone.call("conversation:create", {"user": str(ben.pk)})
    back = (await laptop.expect("conversation:new"))["conversation"]
    assert (back["id"], back["last_message"], back["unread_count"]) == (str(conversation.pk), None, 0)
    await phone.call("conversation:create", {"user": str(ben.pk)})
    assert await laptop.quiet()
    assert await bens.quiet(besides="notification:")


async def test_a_block_reaches_open_sockets_at_once(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    anas, bens = await connect(ana), await connect(ben)
    ack = await write(anas, conversation, "hello")
    await bens.expect("message:new")
    await sync_to_async(block)(actor=ben, target=ana)
    for socket in (anas, bens):
        assert await socket.expect("conversation:removed") == {"conversation": str(conversation.pk)}
    await anas.expect("message:new")
    for socket in (anas, bens):
        for kind, data in every_command(conversation.pk, UUID(ack["id"])):
            assert await refused(socket, kind, data) == "not_found", kind
        assert await socket.call("resume", {"conversations": {str(conversation.pk): 0}}) == {"conversations": {}}
        assert await socket.quiet(besides="notification:")
    assert await Message.objects.acount() == 1
    await sync_to_async(unblock)(actor=ben, target=ana)
    for socket in (anas, bens):
        await socket.expect("conversation:new")
    await write(anas, conversation, "friends again")
    assert (await bens.expect("message:new"))["seq"] == 2


async def test_strangers_are_refused_everything_alike(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "secret")
    message = await Message.objects.aget()
    socket, bens = await connect(await sync_to_async(UserFactory.create)()), await connect(ben)
    for kind, data in every_command(conversation.pk, message.pk):
        assert await refused(socket, kind, data) == "not_found", kind
    assert await socket.quiet()
    assert await bens.quiet()
    message = await Message.objects.aget()
    assert (message.body, message.edited_at, message.deleted_at) == ("secret", None, None)
    assert await Membership.objects.filter(hidden_at=None, read_seq=0).acount() == 2


def every_command(conversation_id: UUID, message_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    conversation, message = str(conversation_id), str(message_id)
    return [
        ("message:send", {"conversation": conversation, "body": "x", "temp_id": "x"}),
        ("message:edit", {"id": message, "body": "x"}),
        ("message:delete", {"id": message}),
        ("message:delete", {"id": message, "scope": "me"}),
        ("message:delivered", {"conversation": conversation, "seq": 1}),
        ("message:read", {"conversation": conversation, "seq": 1}),
        ("typing:start", {"conversation": conversation}),
        ("typing:stop", {"conversation": conversation}),
        ("conversation:join", {"conversation": conversation}),
        ("conversation:leave", {"conversation": conversation}),
    ]


async def test_rest_pages_and_sockets_spend_one_budget(
    connect: Connect, as_person: Callable[[User], APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(commands, "message:send", replace(commands["message:send"], limits=(Limit(4, 60),)))
    ana, ben, conversation = await pair()
    socket, rest, page = await connect(ana), as_person(ana), Client()
    await sync_to_async(page.force_login)(ana)

    await write(socket, conversation)
    await write(socket, conversation)
    assert (await sync_to_async(rest.post)(f"/api/v1/conversations/{conversation.pk}/messages", {"body": "hello"})).status_code == 201
    assert (await sync_to_async(page.post)(f"/chats/{conversation.pk}/", {"body": "hello"})).status_code == 302
    answer = await sync_to_async(rest.post)(f"/api/v1/conversations/{conversation.pk}/messages", {"body": "hello"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert (await sync_to_async(page.post)(f"/chats/{conversation.pk}/", {"body": "hello"})).status_code == 429
    refusal = {"conversation": str(conversation.pk), "body": "hello", "temp_id": "t"}
    assert await refused(socket, "message:send", refusal) == "rate_limited"
    assert await Message.objects.acount() == 4
    await write(await connect(ben), conversation)


async def test_the_lanes_and_rest_give_one_message_for_one_temp_id(connect: Connect) -> None:
    ana, _, conversation = await pair()
    sockets = [await connect(ana) for _ in range(4)]

    async def over_rest() -> str:
        sent = await sync_to_async(services.send_message, thread_sensitive=False)(
            sender=ana, conversation_id=conversation.pk, body="once", temp_id="only"
        )
        return str(sent.id)

    async def over_socket(socket: SocketClient) -> str:
        return str((await write(socket, conversation, "once", temp_id="only"))["id"])

    ids = await asyncio.gather(*(over_socket(socket) for socket in sockets), *(over_rest() for _ in range(8)))
    assert len(set(ids)) == 1
    assert await Message.objects.acount() == 1
    assert conversation_room(conversation.pk) in current_hub().rooms


async def test_a_message_whose_server_was_killed_after_the_commit_is_delivered_once(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    bens = await connect(ben)
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST'] or database['OPTIONS'].get('host', '')}",
    }
    command = [sys.executable, "-m", "chat.messages.tests.killed_before_telling", str(ana.pk), str(conversation.pk)]
    killed = await asyncio.create_subprocess_exec(*command, env=environment, cwd=settings.BASE_DIR)
    assert await killed.wait() == -signal.SIGKILL
    assert await bens.quiet()
    await sync_to_async(OutboxEvent.objects.update)(next_attempt_at=timezone.now() - timedelta(minutes=1))
    await sync_to_async(sweep)()
    assert (await bens.expect("message:new"))["body"] == "famous last words"
    assert not await OutboxEvent.objects.filter(name="chat.messages.MessagesSent").aexists()
    await sync_to_async(sweep)()
    current_hub().missed()
    again = await sync_to_async(services.send_message)(sender=ana, conversation_id=conversation.pk, body="again", temp_id="t1")
    assert (again.seq, again.is_new) == (1, False)
