import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.services import suspend_user, update_profile
from core.redis_calls import calls
from core.testing.threads import race
from media_app.uploads.tests.factories import ReadyImageFactory
from social.feeds import cache, selectors
from social.feeds.api import kept_page
from social.graph import services as graph
from social.posts import services as posts
from social.posts.models import Audience, Post, PostImage
from social.posts.tests.factories import make_person, make_post

pytestmark = pytest.mark.django_db


def client(person: User | None) -> APIClient:
    api = APIClient()
    if person is not None:
        api.force_authenticate(person)
    return api


def feed(viewer: User | None, path: str = "feeds/public") -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = client(viewer).get(f"/api/v1/{path}").json()["data"]
    return answer


def keys(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_home_has_the_people_followed_and_oneself_newest_first() -> None:
    ana, ben, stranger = make_person(), make_person(), make_person()
    graph.follow(actor=ana, target=ben)
    expected = [make_post(ben), make_post(ana, audience=Audience.ONLY_ME), make_post(ben, audience=Audience.FOLLOWERS)]
    make_post(stranger)
    make_post(ben, audience=Audience.ONLY_ME)
    assert keys(feed(ana, "feeds/home")) == [str(post.pk) for post in reversed(expected)]


def test_home_asks_who_it_is() -> None:
    assert client(None).get("/api/v1/feeds/home").status_code in {401, 403}


@pytest.mark.parametrize("path", ["feeds/home", "feeds/public", "users/{}/posts"])
def test_feeds_leave_out_what_may_not_be_seen(path: str) -> None:
    ana, ben, cem, dia = make_person(), make_person(), make_person(), make_person()
    for other in (ben, cem, dia):
        graph.follow(actor=ana, target=other)
    hidden, deleted, shown = make_post(ben), make_post(ben), make_post(ben)
    make_post(cem)
    make_post(dia)
    posts.hide_post(post=hidden)
    posts.delete_post(actor=ben, post=deleted)
    graph.block(actor=cem, target=ana)
    User.objects.filter(pk=dia.pk).update(is_active=False)
    assert keys(feed(ana, path.format(ben.username))) == [str(shown.pk)]


def befriend(one: User, other: User) -> None:
    graph.request_friendship(actor=one, target=other)
    graph.request_friendship(actor=other, target=one)


def test_a_profile_shows_what_is_meant_for_the_viewer() -> None:
    ana, fan, friend = make_person(), make_person(), make_person()
    graph.follow(actor=fan, target=ana)
    befriend(friend, ana)
    written = {audience: str(make_post(ana, audience=audience).pk) for audience in Audience}
    path = f"users/{ana.username}/posts"
    assert keys(feed(None, path)) == [written[Audience.PUBLIC]]
    assert keys(feed(fan, path)) == [written[Audience.FOLLOWERS], written[Audience.PUBLIC]]
    assert keys(feed(friend, path)) == [written[Audience.FRIENDS], written[Audience.PUBLIC]]
    assert keys(feed(ana, path)) == list(reversed(written.values()))


def test_home_has_of_friends_and_of_people_followed_what_is_meant_for_each() -> None:
    ana, friend, followed = make_person(), make_person(), make_person()
    befriend(ana, friend)
    graph.follow(actor=ana, target=followed)
    theirs = {audience: str(make_post(friend, audience=audience).pk) for audience in Audience}
    others = {audience: str(make_post(followed, audience=audience).pk) for audience in Audience}
    expected = [others[Audience.FOLLOWERS], others[Audience.PUBLIC], theirs[Audience.FRIENDS], theirs[Audience.PUBLIC]]
    assert keys(feed(ana, "feeds/home")) == expected


def test_a_private_account_is_in_no_public_feed_and_in_the_home_of_those_it_let_in() -> None:
    ana, fan, stranger = make_person(is_private=True), make_person(), make_person()
    post = make_post(ana)
    graph.follow(actor=fan, target=ana)
    graph.approve_follow(actor=ana, request_id=ana.follow_requests_received.get().pk)
    assert keys(feed(fan, "feeds/home")) == [str(post.pk)]
    for viewer in (None, stranger, fan, ana):
        assert feed(viewer) == []
    assert feed(stranger, f"users/{ana.username}/posts") == []
    assert keys(feed(fan, f"users/{ana.username}/posts")) == [str(post.pk)]


@pytest.mark.django_db(transaction=True)
def test_turning_private_takes_posts_off_the_kept_page_at_once() -> None:
    post = make_post()
    assert keys(feed(None)) == [str(post.pk)]
    update_profile(user=post.author, changes={"is_private": True})
    assert feed(None) == []
    update_profile(user=post.author, changes={"is_private": False})
    assert keys(feed(None)) == [str(post.pk)]


def test_a_kept_page_never_carries_one_viewers_flags_to_another() -> None:
    ana, ben, post = make_person(), make_person(), make_post()
    posts.like_post(actor=ana, post=post)
    for _ in range(2):
        assert [(row["liked"], row["mine"]) for row in feed(ana)] == [(True, False)]
        assert [(row["liked"], row["mine"]) for row in feed(ben)] == [(False, False)]
        assert [(row["liked"], row["mine"]) for row in feed(post.author)] == [(False, True)]
        assert [(row["liked"], row["mine"]) for row in feed(None)] == [(False, False)]


def test_the_kept_page_and_the_page_of_a_cursor_have_one_shape() -> None:
    for _ in range(3):
        make_post()
    first = client(None).get("/api/v1/feeds/public?limit=1").json()
    rest = client(None).get(f"/api/v1/feeds/public?limit=1&cursor={first['pagination']['next']}").json()
    assert first["data"][0].keys() == rest["data"][0].keys()
    assert rest["pagination"]["has_more"] is True


def test_whoever_has_the_kept_page_is_told_so_until_it_differs_for_them() -> None:
    ana, ben, post = make_person(), make_person(), make_post()
    tags = {person: client(person).get("/api/v1/feeds/public")["ETag"] for person in (ana, ben)}
    posts.like_post(actor=ana, post=post)
    again = {person: client(person).get("/api/v1/feeds/public", HTTP_IF_NONE_MATCH=tag) for person, tag in tags.items()}
    assert (again[ana].status_code, again[ben].status_code) == (200, 304)
    assert again[ben].content == b""
    assert again[ben]["RateLimit"]


def test_a_block_is_in_force_on_a_kept_page_at_once() -> None:
    ana, post = make_person(), make_post()
    assert len(feed(ana)) == 1
    graph.block(actor=post.author, target=ana)
    assert feed(ana) == []
    assert len(feed(None)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_changes_the_public_feed_is_seen_by_everybody_at_once() -> None:
    post = make_post()
    assert keys(feed(None)) == [str(post.pk)]
    newer = make_post()
    assert keys(feed(None)) == [str(newer.pk), str(post.pk)]
    posts.edit_post(actor=newer.author, post=newer, body="Other words")
    assert feed(None)[0]["body"] == "Other words"
    posts.hide_post(post=newer)
    assert keys(feed(None)) == [str(post.pk)]
    suspend_user(user=post.author, until=timezone.now() + timedelta(days=1), reason="spam")
    assert feed(None) == []


@pytest.mark.parametrize("path", ["feeds/home", "feeds/public", "users/{}/posts"])
def test_paging_repeats_and_skips_nothing_while_posts_arrive(path: str) -> None:
    ana, ben = make_person(), make_person()
    graph.follow(actor=ana, target=ben)
    written = [str(make_post(ben).pk) for _ in range(7)]
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = client(ana).get(f"/api/v1/{path.format(ben.username)}?limit=3&cursor={cursor}").json()
        seen += keys(answer["data"])
        cursor = answer["pagination"]["next"]
        make_post(ben)
    assert seen == list(reversed(written))


@pytest.mark.parametrize("seed", range(6))
def test_home_has_all_that_is_meant_for_the_viewer_however_it_is_paged(seed: int) -> None:
    """Of more people than a page has places, some of whom write much, against what visibility says of every post there is."""
    chance = random.Random(seed)
    ana, both, muted, stranger = (make_person() for _ in range(4))
    followed, friends = [make_person() for _ in range(4)], [make_person() for _ in range(3)]
    for person in (both, muted, *followed):
        graph.follow(actor=ana, target=person)
    for person in (both, *friends):
        befriend(ana, person)
    graph.mute(actor=ana, target=muted)
    authors = [ana, both, muted, stranger, *followed, *friends]
    for author in chance.choices(authors, weights=[chance.randint(1, 9) for _ in authors], k=40):
        post = make_post(author, audience=chance.choice(list(Audience)))
        if chance.random() < 0.1:
            posts.delete_post(actor=author, post=post)
    known = [ana, both, *followed, *friends]
    meant = list(Post.objects.visible_to(ana).wanted_by(ana).filter(author__in=known).order_by("-pk").values_list("pk", flat=True))
    for limit in (1, 3, 20):
        seen: list[UUID] = []
        cursor = None
        while True:
            page = selectors.home_ids(ana, cursor=cursor, limit=limit)
            seen += page.items
            if (cursor := page.next) is None:
                break
        assert seen == meant, limit


@pytest.mark.parametrize("path", ["feeds/home", "feeds/public", "users/{}/posts"])
def test_feeds_cost_the_same_however_many_posts(path: str, count_queries: Callable[[Callable[[], object]], int]) -> None:
    ana, ben = make_person(), make_person()
    graph.follow(actor=ana, target=ben)
    costs = []
    for size in (2, 12):
        for _ in range(size):
            make_post(ben)
        cache.forget_public_page()
        costs.append(count_queries(lambda: client(ana).get(f"/api/v1/{path.format(ben.username)}")))
    assert costs[0] == costs[1] <= 5


def test_a_kept_page_costs_one_query_and_none_for_strangers(count_queries: Callable[[Callable[[], object]], int]) -> None:
    ana = make_person()
    make_post()
    feed(ana)
    assert count_queries(lambda: feed(ana)) == 1
    assert count_queries(lambda: feed(None)) == 0


def test_home_ids_are_read_from_indexes_alone() -> None:
    ana = make_person()
    for _ in range(3):
        graph.follow(actor=ana, target=make_person())
        befriend(ana, make_person())
    with connection.cursor() as database:
        database.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        database.execute("EXPLAIN " + selectors.HOME_IDS.compiled.sql, {"viewer": ana.pk, "before": selectors.AFTER_ALL, "count": 21})
        plan = "\n".join(row[0] for row in database.fetchall())
    assert "Index Only Scan using post_kept_by_author" in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db(transaction=True)
def test_a_missing_page_is_computed_once_under_many_readers() -> None:
    make_post()
    computed: list[int] = []

    def compute() -> cache.KeptPage:
        computed.append(1)
        return kept_page(20)

    for _ in range(2):
        cache.forget_public_page()
        computed.clear()
        pages = race(lambda _: cache.public_page(20, compute), threads=40)
        assert all(isinstance(page, cache.KeptPage) and len(page.posts) == 1 for page in pages)
        assert len(computed) == 1


def test_a_process_does_not_believe_its_copy_once_something_changed() -> None:
    post = make_post()
    assert keys(feed(None)) == [str(post.pk)]
    Post.objects.filter(pk=post.pk).update(body="Other words")
    assert feed(None)[0]["body"] == post.body
    cache.forget_public_page()
    assert feed(None)[0]["body"] == "Other words"


def test_a_page_of_before_redis_lost_everything_is_not_shown_after_it() -> None:
    post = make_post()
    feed(None)
    Post.objects.filter(pk=post.pk).delete()
    calls(settings.CACHES["default"]["LOCATION"])("FLUSHDB")
    assert feed(None) == []


def test_a_copy_lives_no_longer_than_the_page_in_redis() -> None:
    make_post()
    feed(None)
    cache._copies.clear()
    feed(None)
    copy = cache._copies[20]
    assert copy.until <= time.monotonic() + cache.SECONDS_KEPT
    Post.objects.all().delete()
    assert len(feed(None)) == 1
    ask = calls(settings.CACHES["default"]["LOCATION"])
    ask("DEL", copy.key, copy.key + b":claim")
    cache._copies[20] = copy._replace(until=time.monotonic())
    assert feed(None) == []


def test_pictures_come_with_the_posts_that_have_them(count_queries: Callable[[Callable[[], object]], int]) -> None:
    ana = make_person()
    plain, pictured = make_post(ana), make_post(ana)
    PostImage.objects.create(post=pictured, upload=ReadyImageFactory.create(owner=ana), position=0, alt="A chair")
    for path in ("feeds/home", "feeds/public"):
        shown = {row["id"]: [image["alt"] for image in row["images"]] for row in feed(ana, path)}
        assert shown == {str(plain.pk): [], str(pictured.pk): ["A chair"]}
    posts_of_home = selectors.home_feed(ana).items
    assert count_queries(lambda: [list(post.images.all()) for post in posts_of_home]) == 0


def test_a_page_computed_before_a_change_is_not_kept_for_after_it() -> None:
    make_post()

    def compute_while_something_changes() -> cache.KeptPage:
        page = kept_page(20)
        Post.objects.all().delete()
        cache.forget_public_page()
        return page

    cache.public_page(20, compute_while_something_changes)
    assert cache.public_page(20, lambda: kept_page(20)).posts == []
