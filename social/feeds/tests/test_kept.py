"""JSON of posts that a process keeps: as good as made anew, and made anew only where something changed."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from accounts.users.models import User
from accounts.users.services import update_profile
from core.api.renderers import encoder
from core.queries import asked
from core.web.templatetags import memo
from media_app.uploads.models import Upload
from media_app.uploads.tests.factories import ReadyImageFactory
from social.feeds import kept
from social.feeds.api import shapes
from social.feeds.kept import Recent, body_of, page_json
from social.feeds.selectors import home_feed, home_ids
from social.graph import services as graph
from social.posts import services as posts
from social.posts.models import Post, PostImage
from social.posts.tests.factories import make_person, make_post

pytestmark = pytest.mark.django_db


def home(viewer: User) -> bytes:
    return page_json(viewer, home_ids(viewer), ask=asked)


def made_anew(viewer: User) -> bytes:
    return encoder.encode(shapes(viewer, home_feed(viewer)))


CHANGES: dict[str, Callable[[Post], object]] = {
    "edited": lambda post: posts.edit_post(actor=post.author, post=post, body="Other words"),
    "liked": lambda post: posts.like_post(actor=make_person(), post=post),
    "commented on": lambda post: posts.create_comment(author=make_person(), post=post, body="Well said"),
    "hidden by moderators": lambda post: posts.hide_post(post=post),
    "its author renamed": lambda post: update_profile(user=post.author, changes={"display_name": "Another name"}),
    "its author with another picture": lambda post: User.objects.filter(pk=post.author_id).update(avatar_key="public/avatars/another"),
    "its picture described": lambda post: PostImage.objects.filter(post=post).update(alt="A chair by the window"),
    "its picture made anew": lambda post: Upload.objects.filter(post_image__post=post).update(blurhash="LKO2?U%2Tw=w]~RBVZRi};RPxuwH"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_seen_at_once(change: str) -> None:
    ana = make_person()
    post = make_post(ana)
    PostImage.objects.create(post=post, upload=ReadyImageFactory.create(owner=ana), position=0, alt="A chair")
    before = home(ana)
    CHANGES[change](post)
    assert home(ana) == made_anew(ana)
    assert home(ana) != before


@pytest.mark.parametrize("change", CHANGES)
def test_pages_show_it_at_once(change: str, client: Client) -> None:
    ana = make_person()
    post = make_post(ana)
    PostImage.objects.create(post=post, upload=ReadyImageFactory.create(owner=ana), position=0, alt="A chair")
    client.force_login(ana)

    def shown() -> list[str]:
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", client.get("/home/").content.decode())
        return re.findall(r"<article.*?</article>", page, re.DOTALL)

    before = shown()
    CHANGES[change](post)
    after = shown()
    memo._drawn.cache_clear()
    assert after == shown()
    assert after != before


def test_a_post_is_drawn_before_it_was_read_again(rf: RequestFactory) -> None:
    ana = make_person()
    request = rf.get("/home/")
    request.user = ana
    for post in (written := posts.create_post(author=ana, body="**First**"), posts.edit_post(actor=ana, post=written, body="**Then**")):
        assert post.body_html in render_to_string("social/posts/_post.html", {"post": post}, request=request)


def test_only_what_changed_is_made_anew(count_queries: Callable[[Callable[[], object]], int], monkeypatch: pytest.MonkeyPatch) -> None:
    ana, made = make_person(), list[Any]()
    mine = [make_post(ana) for _ in range(5)]

    def counted(post: Post) -> bytes:
        made.append(post.pk)
        return body_of(post)

    monkeypatch.setattr(kept, "body_of", counted)
    home(ana)
    assert sorted(made) == sorted(post.pk for post in mine)
    made.clear()
    assert count_queries(lambda: home(ana)) == 2
    assert made == []
    posts.like_post(actor=make_person(), post=mine[2])
    assert count_queries(lambda: home(ana)) == 3
    assert made == [mine[2].pk]


def test_what_is_kept_for_one_is_nobody_elses_right_to_read_it() -> None:
    ana, ben, cem = make_person(), make_person(), make_person()
    for reader in (ben, cem):
        graph.follow(actor=reader, target=ana)
    post = make_post(ana)
    posts.like_post(actor=ben, post=post)
    ids = home_ids(ben)
    assert [b'"liked":true,"mine":false' in home(ben), b'"liked":false,"mine":false' in home(cem), b'"liked":false,"mine":true' in home(ana)] == [
        True
    ] * 3
    graph.block(actor=ana, target=cem)
    assert page_json(cem, ids, ask=asked) == b"[]"
    assert b'"liked":false,"mine":false' in page_json(None, ids, ask=asked)


def test_no_more_than_two_generations_are_kept_and_what_is_used_stays() -> None:
    recent, used = Recent(10), uuid4()
    recent.put(used, "1", b"used")
    others: list[UUID] = [uuid4() for _ in range(100)]
    for other in others:
        recent.put(other, "1", b"other")
        assert recent.get(used, "1") == b"used"
    assert recent.get(used, "2") is None
    found = [other for other in others if recent.get(other, "1")]
    assert set(others[-5:]) <= set(found)
    assert len(found) <= 20
