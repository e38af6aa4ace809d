"""The matrix of the socket: every relation really sends every command, and listens while everything that is told happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from accounts.data.services import start_export
from accounts.sessions.models import Session
from accounts.sessions.services import end_session
from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from accounts.users.services import update_profile
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Membership
from chat.conversations.services import clear_conversation, create_direct
from chat.messages import services as messages
from chat.messages.models import Message
from core.realtime.hub import stop_hub
from core.realtime.registry import commands, outbound
from core.realtime.testing import SocketClient, SocketClosed, SocketError
from media_app.uploads.tests.factories import processed
from notifications.inbox.models import Notification
from notifications.inbox.services import mark_all_read
from social.graph import services as graph
from social.graph.models import FriendRequest
from social.posts import services as posts
from social.posts.models import Post
from tests.access.frames import CONNECTED, EVERYBODY, HEARD, SAID, TO_ONE_SOCKET, Said
from tests.access.world import World, make_world

Sockets = dict[str, SocketClient]
Connect = Callable[[World, Iterable[str]], Awaitable[Sockets]]


@pytest.fixture
async def connect(settings: Settings, tmp_path: Path) -> AsyncIterator[Connect]:
    """``await connect(world, names)``: a socket for each, closed after the test, and the hub with them. Files go to a place of their own."""
    settings.REALTIME_PREFIX, settings.MEDIA_ROOT = f"test:{uuid4().hex}", tmp_path
    opened: Sockets = {}

    async def open_sockets(world: World, names: Iterable[str]) -> Sockets:
        for name in names:
            token = world.tokens.get(name) or await sync_to_async(named_token)(name)
            opened[name] = await SocketClient(token=token).__aenter__()
        return opened

    yield open_sockets
    for socket in opened.values():
        await socket.close()
    await stop_hub()


def named_token(name: str) -> str:
    return tokens_for(User.objects.get(username=name)).access_token


def test_every_command_and_frame_has_a_row_and_no_row_is_for_nothing() -> None:
    assert {said.command for said in SAID} == set(commands)
    assert HEARD.keys() | TO_ONE_SOCKET == outbound.keys()


def filled(data: Any, place: dict[str, str]) -> Any:
    """``data`` with what its templates name."""
    if isinstance(data, dict):
        return {filled(key, place): filled(value, place) for key, value in data.items()}
    if isinstance(data, list):
        return [filled(value, place) for value in data]
    return data.format(**place) if isinstance(data, str) else data


def standing(place: dict[str, str]) -> list[Any]:
    """All that commands change of the conversations and the notification they name, to compare."""
    conversations = [UUID(place["foreign"]), UUID(place["conversation"])]
    return [
        list(Message.objects.filter(conversation__in=conversations).order_by("pk").values_list("pk", "body", "deleted_at")),
        list(Membership.objects.filter(conversation__in=conversations).order_by("pk").values_list("pk", "read_seq", "delivered_seq", "hidden_at")),
        list(Notification.objects.filter(pk=place["notification"]).values_list("pk", "read_at")),
    ]


@pytest.mark.django_db(transaction=True)
async def test_what_each_relation_may_say(connect: Connect) -> None:
    world = await sync_to_async(make_world)()
    with pytest.raises((SocketClosed, SocketError)):
        await connect(world, ["suspended"])
    sockets = await connect(world, CONNECTED)
    wrong = []
    for said in SAID:
        for name, wanted in said.answers.items():
            place = world.places[name]
            before = await sync_to_async(standing)(place)
            found = await (answer(sockets[name], said, place) if name in sockets else answer_to_nobody(said, place))
            if found != wanted:
                wrong.append(f"{name}: {said.command} {said.data}: {found} instead of {wanted}")
            elif found != "ok" and before != await sync_to_async(standing)(place):
                wrong.append(f"{name}: {said.command} {said.data}: {found}, and yet something changed")
    assert not wrong, "\n".join(wrong)


async def answer(socket: SocketClient, said: Said, place: dict[str, str]) -> str:
    try:
        await socket.call(said.command, filled(said.data, place))
    except SocketError as error:
        return str(error.code)
    return "ok"


async def answer_to_nobody(said: Said, place: dict[str, str]) -> str:
    """On a socket of its own: the server does not wait long for somebody to say who they are."""
    async with SocketClient() as socket:
        return await answer(socket, said, place)


@pytest.mark.django_db(transaction=True)
async def test_who_hears_what(connect: Connect) -> None:
    world = await sync_to_async(make_world)()
    sockets = await connect(world, sorted(EVERYBODY))
    heard: dict[str, set[str]] = {"authenticated": {name for name, socket in sockets.items() if socket.authenticated}}
    otto, petra = world.places["stranger"], world.places["outsider"]
    for name, socket in sockets.items():
        await socket.call("presence:subscribe", {"users": [otto["owner_id"], petra["owner_id"]]})
        for place in (otto, petra) if name in {"carla", "petra"} else (world.places[name],):
            with contextlib.suppress(SocketError):  # whether they may is asked above
                await socket.call("room:join", {"room": f"post:{place['post']}"})
    await settle(sockets)
    for kind, happen in (await sync_to_async(happenings)(world)).items():
        if kind == "pong":
            await sockets["stranger"].send("ping")
        elif kind == "typing:update":
            await sockets["self"].call("typing:start", {"conversation": otto["foreign"]})
        elif kind == "presence:update":
            for name in ("self", "petra"):
                await sockets[name].call("presence:update", {"state": "busy"})
        else:
            await sync_to_async(happen)()
        heard[kind] = {name for name, frames in (await settle(sockets)).items() if kind in frames}
    assert heard == HEARD


async def settle(sockets: Sockets) -> dict[str, set[str]]:
    """Wait until nothing more is on its way; the types of what came, by whose socket it came to."""
    came = await asyncio.gather(*(socket.drain() for socket in sockets.values()))
    return {name: {frame["type"] for frame in frames} for name, frames in zip(sockets, came, strict=True)}


def happenings(world: World) -> dict[str, Callable[[], object]]:
    """What makes each frame, in this order; commands of sockets, which the test itself sends, have nothing to call."""
    otto, petra, carla = (User.objects.get(username=name) for name in ("otto", "petra", "carla"))
    things = [world.places[name] for name in ("stranger", "outsider")]
    foreign, said = UUID(things[0]["foreign"]), UUID(things[0]["foreign_message"])
    owned = [(owner, Post.objects.get(pk=place["post"])) for owner, place in zip((otto, petra), things, strict=True)]

    def read_what_carla_says() -> None:
        messages.send_message(sender=carla, conversation_id=foreign, body="And?")
        messages.mark_read(actor=otto, conversation_id=foreign)

    def ask_otto(asks: User) -> FriendRequest:
        User.objects.filter(pk=otto.pk).update(friend_requests_from="everyone")
        otto.refresh_from_db()
        return graph.request_friendship(actor=asks, target=otto)

    def be_let_in() -> None:
        outsider = User.objects.get(username="outsider")
        graph.follow(actor=outsider, target=petra)
        graph.approve_follow(actor=petra, request_id=petra.follow_requests_received.get(requester=outsider).pk)

    def end_sessions_of_follower() -> None:
        for session in Session.objects.filter(user__username="follower"):
            end_session(session_id=session.pk)

    return {
        "pong": dict,
        "post:liked": lambda: [posts.unlike_post(actor=owner, post=post) for owner, post in owned],
        "post:commented": lambda: [posts.create_comment(author=owner, post=post, body="More") for owner, post in owned],
        "presence:update": dict,
        "message:new": lambda: messages.send_message(sender=carla, conversation_id=foreign, body="Hm"),
        "message:sent": lambda: messages.send_message(sender=otto, conversation_id=foreign, body="Yes"),
        "message:edited": lambda: messages.edit_message(actor=otto, message_id=said, body="Other words"),
        "message:deleted": lambda: messages.delete_message(actor=otto, message_id=said),
        "message:status": lambda: messages.mark_read(actor=otto, conversation_id=foreign),
        "typing:update": dict,
        "person:updated": lambda: update_profile(user=otto, changes={"display_name": "Otto the Great"}),
        "conversation:updated": read_what_carla_says,
        "conversation:new": lambda: create_direct(actor=otto, target=UserFactory.create()),
        "conversation:removed": lambda: clear_conversation(actor=otto, conversation_id=foreign),
        "notification:new": lambda: graph.follow(actor=UserFactory.create(), target=otto),
        "notification:count": lambda: graph.follow(actor=UserFactory.create(), target=otto),
        "notification:read": lambda: mark_all_read(viewer=otto),
        "upload:updated": lambda: processed(owner=otto),
        "export:updated": lambda: start_export(user=otto),
        "follow:requests": lambda: graph.follow(actor=UserFactory.create(), target=petra),
        "friend:request": lambda: ask_otto(UserFactory.create()),
        "friend:request_closed": lambda: graph.decline_request(actor=otto, request_id=ask_otto(UserFactory.create()).pk),
        "friend:accepted": lambda: graph.accept_request(actor=otto, request_id=ask_otto(User.objects.get(username="outsider")).pk),
        "friend:removed": lambda: graph.remove_friend(actor=otto, friend=User.objects.get(username="friend")),
        "follow:approved": be_let_in,
        "session:revoked": end_sessions_of_follower,
    }
