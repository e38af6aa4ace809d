"""Whoever leaves is gone from every surface at once, and for good when they are erased. Handlers run here, as they do outside tests."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from rest_framework.test import APIClient

from accounts.data import services
from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.realtime.testing import SocketClient
from social.graph.tests.factories import make_friends
from tests.leaving.world import World, let_time_come, make_world

pytestmark = pytest.mark.django_db(transaction=True)
Surface = Callable[[World, APIClient, Client], Any]


def rest(path: str) -> Surface:
    return lambda world, api, _: api.get("/api/v1/" + path.format(w=world)).content.decode()


def page(path: str) -> Surface:
    return lambda world, _, browser: browser.get(path.format(w=world)).content.decode()


def match(world: World, api: APIClient, _: Client) -> str:
    """Whom somebody finds who has her address in a book of their own."""
    digest = hashlib.sha256(b"ana@example.com").hexdigest()
    answer = api.post("/api/v1/contacts/match", {"digests": [digest]}, format="json")
    return str(answer.content.decode())


def called(name: str) -> Callable[[World], User]:
    return lambda _: User.objects.get(username=name)


# What somebody else finds on each, before: a word of Ana's. While she is leaving and afterwards there is none of them.
SURFACES: dict[str, tuple[Surface, str]] = {
    "search": (rest("users/search?q=ana"), "Ana Ferreira"),
    "her posts": (rest("users/ana/posts"), "Bowls by Ana"),
    "a post": (rest("posts/{w.post.pk}"), "Bowls by Ana"),
    "its likes": (rest("posts/{w.bens_post.pk}/likes"), "Ana Ferreira"),
    "comments": (rest("posts/{w.bens_post.pk}/comments"), "asks Ana"),
    "home feed": (rest("feeds/home"), "Bowls by Ana"),
    "public feed": (rest("feeds/public"), "Bowls by Ana"),
    "followers": (rest("users/ben/followers"), "Ana Ferreira"),
    "following": (rest("users/ben/following"), "Ana Ferreira"),
    "notifications": (rest("notifications"), "Ana Ferreira"),
    "people search": (rest("users/search?q=ferr"), "Ana Ferreira"),
    "one's friends": (rest("friends"), "Ana Ferreira"),
    "contacts": (rest("contacts"), "Ana Ferreira"),
    "her profile": (rest("users/ana"), "Ana Ferreira"),
    "profile page": (page("/ana/"), "Potter in Porto"),
    "post page": (page("/posts/{w.post.pk}/"), "Bowls by Ana"),
    "thread page": (page("/posts/{w.bens_post.pk}/comments/{w.answered.pk}/"), "asks Ana"),
    "home page": (page("/home/"), "Bowls by Ana"),
    "explore page": (page("/explore/"), "Bowls by Ana"),
    "followers page": (page("/ben/followers/"), "Ana Ferreira"),
    "friends page": (page("/friends/"), "Ana Ferreira"),
    "contacts page": (page("/contacts/"), "Ana Ferreira"),
    "friends of one page": (page("/ben/friends/"), "Ana Ferreira"),
    "notifications page": (page("/notifications/"), "Ana Ferreira"),
}
# What others find of her, each by what stands between the two.
OF_OTHERS: dict[str, tuple[Callable[[World], User], Surface]] = {
    "friend requests received": (called("carla"), rest("friend-requests")),
    "friend requests received page": (called("carla"), page("/friends/requests/")),
    "friend requests sent": (called("gina"), rest("friend-requests/sent")),
    "friend requests sent page": (called("gina"), page("/friends/requests/sent/")),
    "follow requests received": (called("gina"), rest("follow-requests")),
    "follow requests received page": (called("gina"), page("/requests/")),
    "follow requests sent": (called("carla"), rest("follow-requests/sent")),
    "follow requests sent page": (called("carla"), page("/requests/sent/")),
    "muted people": (called("hugo"), rest("users/me/muted")),
    "muted people page": (called("hugo"), page("/settings/muted/")),
    "blocked people": (called("emil"), rest("users/blocked")),
    "mutual friends": (called("ida"), rest("friends/mutual/ben")),
    "mutual friends page": (called("ida"), page("/ben/mutual/")),
    "suggestions": (called("jon"), rest("friends/suggestions")),
    "suggestions page": (called("jon"), page("/people/")),
    "matches": (called("jon"), match),
}
# Ben keeps these: the words stay, the name goes at the end.
KEPT: dict[str, Surface] = {
    "list of conversations": rest("conversations"),
    "history": rest("conversations/{w.conversation.pk}/messages"),
    "chat page": page("/chats/{w.conversation.pk}/"),
}


def look_as_others(world: World) -> set[str]:
    """On which of the surfaces of others she is."""
    found = set()
    for name, (viewer, surface) in OF_OTHERS.items():
        api, browser = APIClient(), Client()
        api.force_authenticate(viewer(world))
        browser.force_login(viewer(world))
        if "Ana Ferreira" in surface(world, api, browser):
            found.add(name)
    return found


def look(world: World) -> tuple[dict[str, str], dict[str, str]]:
    """Every surface as Ben sees it."""
    ben = User.objects.get(pk=world.ben.pk)
    api, browser = APIClient(), Client()
    api.force_authenticate(ben)
    browser.force_login(ben)
    seen = {name: surface(world, api, browser) for name, (surface, _) in SURFACES.items()}
    return seen, {name: surface(world, api, browser) for name, surface in KEPT.items()}


def test_leaving_and_erased_people_are_gone_from_every_surface() -> None:
    world = make_world()
    User.objects.filter(pk=world.ana.pk).update(is_staff=False)
    seen, _ = look(world)
    assert {name for name, (_, word) in SURFACES.items() if word not in seen[name]} == set(), "she is on all of them before"

    deletion = services.request_deletion(user=world.ana)
    seen, kept = look(world)
    assert {name for name, (_, word) in SURFACES.items() if word in seen[name]} == set(), "while she can still come back"
    assert "Hello Ben, it is Ana" in kept["history"]

    let_time_come(deletion)
    services.erase(deletion_id=deletion.pk)
    seen, kept = look(world)
    assert {name for name, (_, word) in SURFACES.items() if word in seen[name]} == set(), "and for good"
    assert "Hello Ben, it is Ana" in kept["history"]
    assert "Hello Ana, it is Ben" in kept["chat page"]
    assert "Deleted account" in kept["list of conversations"]
    assert "Deleted account" in kept["chat page"]
    assert {name for name, words in kept.items() if "Ana Ferreira" in words or "@ana" in words or "/ana/" in words} == set()


def test_leaving_and_erased_people_are_gone_from_what_others_have_of_them() -> None:
    world = make_world()
    User.objects.filter(pk=world.ana.pk).update(is_staff=False, found_by_email="everyone")
    ida, jon = UserFactory.create(username="ida"), UserFactory.create(username="jon")
    make_friends(ida, world.ana)
    make_friends(jon, world.ben)  # so that friends of Ben's are suggested
    assert look_as_others(world) == set(OF_OTHERS), "she is on all of them before"

    deletion = services.request_deletion(user=world.ana)
    assert look_as_others(world) == set(), "while she can still come back"

    services.keep_account(user=world.ana)
    assert look_as_others(world) == set(OF_OTHERS), "she came back"

    deletion = services.request_deletion(user=world.ana)
    let_time_come(deletion)
    services.erase(deletion_id=deletion.pk)
    assert look_as_others(world) == set(), "and for good"


def test_coming_back_brings_everything_back() -> None:
    world = make_world()
    User.objects.filter(pk=world.ana.pk).update(is_staff=False)
    services.request_deletion(user=world.ana)
    services.keep_account(user=world.ana)
    seen, _ = look(world)
    assert {name for name, (_, word) in SURFACES.items() if word not in seen[name]} == set()


def test_nobody_is_told_when_somebody_was_last_here_who_is_leaving() -> None:
    world = make_world()
    User.objects.filter(pk=world.ana.pk).update(is_staff=False)
    services.request_deletion(user=world.ana)
    api = APIClient()
    api.force_authenticate(world.ben)
    (ana,) = api.get("/api/v1/conversations").json()["data"][0]["people"]
    assert (ana["presence"], ana["last_seen_at"], ana["is_deleted"]) == (None, None, False)


async def test_the_owner_hears_how_far_the_archive_is() -> None:
    owner = await sync_to_async(UserFactory.create)()
    tokens = await sync_to_async(tokens_for)(owner)
    async with SocketClient(token=tokens.access_token) as socket:
        export = await sync_to_async(services.start_export)(user=owner)  # built in the same breath, as tests run tasks
        heard = await socket.expect("export:updated")
        while heard["state"] != "ready":
            heard = await socket.expect("export:updated")
        assert (heard["id"], heard["progress"]) == (str(export.pk), 100)
        assert (await socket.expect("notification:new"))["kind"] == "data"


async def test_sockets_of_somebody_who_leaves_are_closed() -> None:
    person = await sync_to_async(UserFactory.create)()
    tokens = await sync_to_async(tokens_for)(person)
    async with SocketClient(token=tokens.access_token) as socket:
        await sync_to_async(services.request_deletion)(user=person)
        assert (await socket.expect("session:revoked"))["reason"] == "suspended"
