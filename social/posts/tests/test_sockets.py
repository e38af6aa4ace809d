from collections.abc import Callable, Collection
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.sessions.tests.factories import tokens_for
from accounts.users.leaving import begin_leaving
from accounts.users.models import User
from accounts.users.services import close_account, suspend_user, update_profile
from core.realtime.hub import current_hub
from core.realtime.push import push
from core.realtime.registry import room_kinds
from core.realtime.testing import SocketClient, SocketError, until
from social.graph import services as graph
from social.graph.models import FollowRequest
from social.posts import services, sockets
from social.posts.models import Audience, Post
from social.posts.selectors import viewers_of
from social.posts.tests.factories import make_comment, make_person, make_post
from social.posts.wire import PostLikes

pytestmark = pytest.mark.django_db(transaction=True)


def prepare() -> tuple[Post, User, str]:
    post, viewer = make_post(), make_person()
    return post, viewer, tokens_for(viewer).access_token


async def test_whoever_watches_a_post_hears_of_likes_and_comments() -> None:
    post, viewer, token = await sync_to_async(prepare)()
    async with SocketClient(token=token) as socket:
        await socket.call("room:join", {"room": f"post:{post.pk}"})
        await sync_to_async(services.like_post)(actor=viewer, post=post)
        assert await socket.expect("post:liked") == {"post": str(post.pk), "like_count": 1}
        await sync_to_async(make_comment)(post)
        assert await socket.expect("post:commented") == {"post": str(post.pk), "comment_count": 1}


async def test_whoever_stops_watching_hears_no_more() -> None:
    post, viewer, token = await sync_to_async(prepare)()
    room = {"room": f"post:{post.pk}"}
    async with SocketClient(token=token) as socket:
        await socket.call("room:join", room)
        assert await socket.call("room:leave", room) == room
        await sync_to_async(services.like_post)(actor=viewer, post=post)
        assert await socket.quiet()


async def test_nobody_watches_what_they_may_not_see() -> None:
    post, viewer, token = await sync_to_async(prepare)()
    await sync_to_async(graph.block)(actor=post.author, target=viewer)
    async with SocketClient(token=token) as socket:
        for room in (f"post:{post.pk}", "post:nothing", "post:00000000-0000-7000-8000-000000000000"):
            with pytest.raises(SocketError) as refused:
                await socket.call("room:join", {"room": room})
            assert refused.value.code == "not_found"


@pytest.mark.parametrize("change", ["audience", "private", "hidden", "block", "suspension", "closing", "leaving"])
async def test_who_may_see_a_post_no_longer_hears_nothing_more_of_it(change: str) -> None:
    post, viewer, token = await sync_to_async(prepare)()
    changes: dict[str, Callable[[], object]] = {
        "audience": lambda: services.edit_post(actor=post.author, post=post, audience=Audience.FOLLOWERS),
        "private": lambda: update_profile(user=post.author, changes={"is_private": True}),
        "hidden": lambda: services.hide_post(post=post),
        "block": lambda: graph.block(actor=viewer, target=post.author),
        "closing": lambda: close_account(user=post.author),
        "leaving": lambda: begin_leaving(user=post.author, erase_at=timezone.now() + timedelta(days=14)),
        "suspension": lambda: suspend_user(user=post.author, until=timezone.now() + timedelta(days=1), reason="Spam"),
    }
    async with SocketClient(token=token) as socket:
        await socket.call("room:join", {"room": f"post:{post.pk}"})
        await sync_to_async(changes[change])()
        room = f"post:{post.pk}"
        await until(lambda: room not in current_hub().rooms)
        await sync_to_async(push)(room, PostLikes(post=post.pk, like_count=1))
        assert await socket.quiet(besides="notification:")


async def test_other_words_have_nobody_asked_again_and_another_audience_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    post, viewer, token = await sync_to_async(prepare)()
    room = f"post:{post.pk}"
    asked: list[set[str]] = []

    def count(person_ids: Collection[str], key: str) -> set[str]:
        asked.append(set(person_ids))
        return sockets.may_hear(person_ids, key)

    async with SocketClient(token=token) as socket, SocketClient(token=token) as another:
        for one in (socket, another):
            await one.call("room:join", {"room": room})
        monkeypatch.setitem(room_kinds, "post", count)
        await sync_to_async(services.edit_post)(actor=post.author, post=post, body="Other words")
        await sync_to_async(services.like_post)(actor=viewer, post=post)
        await socket.expect("post:liked")
        assert not asked
        await sync_to_async(services.edit_post)(actor=post.author, post=post, audience=Audience.FOLLOWERS)
        await until(lambda: room not in current_hub().rooms)
        assert asked == [{str(viewer.pk)}]


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("is_private", [False, True])
def test_who_hears_of_a_post_is_who_sees_it_in_the_same_queries_for_any_number(
    audience: Audience, is_private: bool, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    author = make_person(is_private=is_private)
    post = make_post(author, audience=audience)
    stranger, follower, friend, blocked, blocker, suspended = (make_person() for _ in range(6))
    graph.follow(actor=follower, target=author)
    if is_private:
        graph.approve_follow(actor=author, request_id=FollowRequest.objects.get().pk)
    for one, other in ((friend, author), (author, friend)):
        graph.request_friendship(actor=one, target=other)
    graph.block(actor=author, target=blocked)
    graph.block(actor=blocker, target=author)
    suspend_user(user=suspended, until=timezone.now() + timedelta(days=1), reason="Spam")
    people = [author, stranger, follower, friend, blocked, blocker]
    seen = {person.pk for person in people if Post.objects.visible_to(person).filter(pk=post.pk).exists()}
    assert viewers_of(post.pk, [person.pk for person in (*people, suspended)]) == seen
    few = count_queries(lambda: viewers_of(post.pk, [stranger.pk]))
    assert count_queries(lambda: viewers_of(post.pk, [person.pk for person in people])) == few == 2
    services.delete_post(actor=author, post=post)
    assert viewers_of(post.pk, [person.pk for person in people]) == set()
